"""The error text for a name that does not exist."""

from collections.abc import Collection, Mapping
from difflib import get_close_matches


def unknown_name(kind: str, name: str, known: Mapping[str, Collection[str]]) -> str:
    """Return a text that says so, with the nearest name and the names that there are.

    Args:
        kind: what it would be the name of, such as ``function``.
        name: what was given.
        known: the names that exist, by the title of their list, such as ``Functions``.
    """
    near = get_close_matches(name, [each for names in known.values() for each in names], n=1)
    meant = f" Did you mean {near[0]!r}?" if near else ""
    lists = [f" {title}: {', '.join(sorted(names)) or 'none'}." for title, names in known.items()]
    return f"There is no {kind} {name!r}.{meant}{''.join(lists)}"
