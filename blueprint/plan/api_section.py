"""The section on the API: the operations that are added, removed or changed."""

from collections.abc import Sequence

from blueprint.plan.api import Document, added, changed
from blueprint.plan.section import Section, change_summary
from blueprint.plan.words import plural


def api_section(before: Document, after: Document, broken: Sequence[str]) -> Section:
    """Return the section on the API of two documents: first what breaks its callers."""
    fresh = added(before, after)
    # What breaks is told in more detail.
    others = {
        name: parts
        for name, parts in changed(before, after).items()
        if not any(line.startswith(f"{name}: ") for line in broken)
    }
    if broken:
        summary = f"BREAKS CALLERS by {plural(len(broken), 'change')}"
    elif fresh or others:
        signs = {"+": len(fresh), "~": len(others)}
        summary = f"{change_summary(signs)}, breaks no callers"
    else:
        summary = "no change" if before == after else "documentation only"
    listed = [
        *(f"- {line}" for line in broken),
        *(f"+ {name}" for name in fresh),
        *(f"~ {name}: {', '.join(parts)}" for name, parts in others.items()),
    ]
    return Section(title="API", summary=summary, lines=tuple(listed))
