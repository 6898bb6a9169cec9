"""The report as an HTML page, without scripts or external files, accessible to screen readers."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from html import escape
from string import Template

from handlers.daily_report.chart import Values, bar_chart
from handlers.daily_report.figures import Figures
from handlers.daily_report.style import STYLE

HISTORY_DAYS = 14
"""Days in each chart, the reported one included."""

AVERAGE_DAYS = 7

_SERIES: tuple[tuple[str, str, Callable[[Figures], int]], ...] = (
    ("users", "Users created", lambda figures: figures.users),
    ("files", "Files processed", lambda figures: figures.file_total),
    ("emails", "E-mails sent", lambda figures: figures.email_total),
)

# The policy forbids everything that the page does not need, in case something gets into it.
_PAGE = Template("""\
<!doctype html>
<html lang="en-GB">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Daily report, $day</title>
<style>
$style</style>
</head>
<body>
<main>
<header>
<p class="kicker">Daily report</p>
<h1>$weekday, <time datetime="$iso">$day</time></h1>
</header>
<div class="cards">
$cards
</div>
<p class="note">Each chart has its own scale. Days are UTC. $gaps</p>
<div class="cards details">
$details
</div>
$table
</main>
</body>
</html>
""")


def render(figures: Figures, earlier: Sequence[Figures | None]) -> str:
    """Return the page of one day; equal arguments give equal pages.

    Args:
        figures: the day's figures.
        earlier: the figures of the ``HISTORY_DAYS - 1`` days before it, oldest first; ``None`` for
            a day without a report.
    """
    reports = [*earlier, figures]
    first = figures.day - timedelta(days=len(earlier))
    days = [first + timedelta(days=index) for index in range(len(reports))]
    series = [
        (
            slug,
            title,
            [(day, value(r) if r else None) for day, r in zip(days, reports, strict=True)],
        )
        for slug, title, value in _SERIES
    ]
    return _PAGE.substitute(
        style=STYLE,
        day=_long(figures.day),
        weekday=f"{figures.day:%A}",
        iso=figures.day.isoformat(),
        cards="\n".join(_card(slug, title, values) for slug, title, values in series),
        gaps="Hatched days have no report." if None in reports else "",
        details="\n".join(
            (
                _breakdown("Files", "Outcome", figures.files, "files"),
                _breakdown("E-mails", "Type", figures.emails, "emails"),
            )
        ),
        table=_table([title for _, title, _ in series], days, [values for *_, values in series]),
    )


def day_before(count: int, before: int | None) -> str:
    """Return a comparison of a count with that of the day before, as HTML."""
    if before is None:
        return "No report for the day before"
    return _compare(f"{abs(count - before):,}", count - before, f"the day before ({before:,})")


def average(count: int, before: Sequence[int | None]) -> str:
    """Return a comparison of a count with the average of the reported days before, as HTML."""
    known = [value for value in before if value is not None]
    if not known:
        return f"No report in the {len(before)} days before"
    mean = round(sum(known) / len(known), 1)
    partly = "" if len(known) == len(before) else f" over {len(known)} reported"
    return _compare(
        f"{abs(count - mean):,.1f}",
        count - mean,
        f"the {len(before)}-day average ({mean:,.1f}{partly})",
    )


def _compare(size: str, difference: float, than: str) -> str:
    if not difference:
        return f'<span class="arrow" aria-hidden="true">=</span> Same as {than}'
    arrow, word = ("▲", "more") if difference > 0 else ("▼", "fewer")
    return f'<span class="arrow" aria-hidden="true">{arrow}</span> {size} {word} than {than}'


def _card(slug: str, title: str, values: Values) -> str:
    counts = [count for _, count in values]
    count = counts[-1] or 0
    return f"""\
<section class="card series {slug}">
<h2>{escape(title)}</h2>
<p class="number">{count:,}</p>
<p class="delta">{day_before(count, counts[-2])}</p>
<p class="delta">{average(count, counts[-1 - AVERAGE_DAYS : -1])}</p>
{bar_chart(slug=slug, title=f"{title} a day", values=values)}
</section>"""


def _breakdown(caption: str, heading: str, counts: Mapping[str, int], slug: str) -> str:
    total = sum(counts.values())
    rows = "\n".join(
        f'<tr><th scope="row">{escape(name.capitalize())}</th><td>{count:,}</td>'
        f'<td class="share" aria-hidden="true"><i style="width:{100 * count / (total or 1):.1f}%">'
        "</i></td></tr>"
        for name, count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    )
    return f"""\
<section class="card {slug}">
<table><caption>{caption} by {heading.lower()}</caption>
<thead><tr><th scope="col">{heading}</th><th scope="col">Count</th>\
<td class="share"></td></tr></thead>
<tbody>
{rows}
</tbody></table>
</section>"""


def _table(titles: list[str], days: list[date], columns: list[Values]) -> str:
    head = "".join(f'<th scope="col">{escape(title)}</th>' for title in titles)
    rows = "\n".join(
        f'<tr><th scope="row">{_long(day)}</th>'
        + "".join(_cell(column[index][1]) for column in columns)
        + "</tr>"
        for index, day in reversed(list(enumerate(days)))
    )
    return f"""\
<section class="card">
<table><caption>The last {len(days)} days</caption>
<thead><tr><th scope="col">Day</th>{head}</tr></thead>
<tbody>
{rows}
</tbody></table>
</section>"""


def _cell(count: int | None) -> str:
    return '<td class="none">no report</td>' if count is None else f"<td>{count:,}</td>"


def _long(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
