"""Formats a soak's result: the table, the injected faults, and the command to repeat it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from checks.chaos.soak.table import Account, Row

_HEADINGS = (
    "sent to",
    "sent",
    "once",
    "twice",
    "doubled",
    "dead letter",
    "rejected",
    "refused",
    "lost",
    "wrong",
    "unasked",
)
_MOST_NAMED = 20


@dataclass(frozen=True, kw_only=True)
class Result:
    """One run.

    Attributes:
        account: what became of what was sent.
        sent: how many inputs, those included that only repeat what was sent before.
        injected: faults by kind, and kills.
        calls: of the API, and of AWS by functions, which faults were injected into.
        repeated: deliveries of what had been sent before.
        ended: why the sending ended.
        send_seconds: how long inputs were sent.
        settle_seconds: how long the remaining work took afterwards, without faults.
        command: what starts the same run.
    """

    account: Account
    sent: int
    injected: Mapping[str, int]
    calls: int
    repeated: int
    ended: str
    send_seconds: float
    settle_seconds: float
    command: str


def figures(row: Row) -> tuple[int, ...]:
    """Return a row's figures in the order of the headings; the first is the sum of the others.

    The last does not count among them: effects that no input asked for.
    """
    balance = row.balance
    wrong = len(balance.several) + len(balance.altered)
    ends = (
        len(balance.once) - len(row.twice),
        len(row.twice),
        len(balance.doubled),
        len(balance.kept) - len(row.rejected),
        len(row.rejected),
        len(balance.refused),
        len(balance.lost),
        wrong,
    )
    return sum(ends), *ends, len(balance.unknown)


def lines(result: Result) -> list[str]:
    """Write the result, the table as Markdown, which a terminal shows well, too."""
    rows = [(row.title, *figures(row)) for row in result.account.rows]
    total = ("all", *(sum(column) for column in list(zip(*rows, strict=True))[1:]))
    kills = result.injected.get("kill", 0)
    faults = sum(result.injected.values()) - kills
    kinds = ", ".join(f"{n:,} {kind}" for kind, n in sorted(result.injected.items()) if n)
    also = sum(len(row.also_kept) for row in result.account.rows)
    rate = result.sent / max(result.send_seconds, 1)
    return [
        *_table([*rows, total]),
        "",
        f"Sent {result.sent:,} inputs in {result.send_seconds:,.0f} s ({rate:.1f} a second), until "
        f"{result.ended}; then {result.settle_seconds:,.0f} s without faults.",
        f"Faults: {faults:,} in {result.calls:,} calls; kills: {kills:,} ({kinds or 'none'}).",
        f"Delivered once more, late or twice at once: {result.repeated:,} events.",
        f"Took effect, and stand in a dead-letter queue as well, being uncertain: {also:,}.",
        "",
        *_violations(result.account),
        f"The same run: {result.command}",
    ]


def _table(rows: Sequence[tuple[object, ...]]) -> list[str]:
    cells = [list(_HEADINGS)] + [
        [f"{cell:,}" if isinstance(cell, int) else str(cell) for cell in row] for row in rows
    ]
    widths = [max(len(row[column]) for row in cells) for column in range(len(_HEADINGS))]
    written = [
        f"| {row[0].ljust(widths[0])} | "
        + " | ".join(cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True))
        + " |"
        for row in cells
    ]
    rule = ["-" * (widths[0] + 2), *("-" * (width + 1) + ":" for width in widths[1:])]
    return [written[0], f"|{'|'.join(rule)}|", *written[1:]]


def _violations(account: Account) -> list[str]:
    """Describe violations by numbers and ids, which are not personal data."""
    found = [
        f"{row.title}: {kind} {', '.join(sorted(names)[:_MOST_NAMED])}"
        + (f" and {len(names) - _MOST_NAMED:,} more" if len(names) > _MOST_NAMED else "")
        for row in account.rows
        for kind, names in row.balance.violations.items()
    ]
    if account.waiting:
        found.append(f"Still waiting on the e-mail queue: {account.waiting:,} messages.")
    return ["NOT AS IT MUST BE:", *found, ""] if found else []
