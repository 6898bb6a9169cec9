"""The sections of a plan, in the order in which a reviewer needs them."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from blueprint.plan.api import breaking
from blueprint.plan.api_section import api_section
from blueprint.plan.cost_section import cost_section
from blueprint.plan.differences import (
    ABSENT,
    Change,
    Changed,
    changed_resources,
    changed_sources,
    changes,
)
from blueprint.plan.functions import functions_section
from blueprint.plan.permissions import as_lines, differences, documents
from blueprint.plan.section import Section, change_summary, folded
from blueprint.plan.snapshot import Resource, Snapshot
from blueprint.plan.stack_document import stack_document
from blueprint.plan.words import is_secret, plural, short_type, shortened

_MOST_FILES = 5
"""How many changed files a line names."""


@dataclass(frozen=True, kw_only=True)
class Report:
    """A plan's sections; ``breaks``: whether the API's changes break its callers."""

    sections: tuple[Section, ...]
    changed: bool
    breaks: bool


def report(before: Snapshot, after: Snapshot) -> Report:
    """Return the sections that compare two snapshots of a stack."""
    documents_of_api = stack_document(before), stack_document(after)
    broken = breaking(*documents_of_api)
    return Report(
        sections=(
            api_section(*documents_of_api, broken),
            functions_section(before, after),
            _permissions(before, after),
            _resources(before, after),
            _images(before, after),
            _values("Outputs", before.outputs, after.outputs, "output"),
            _values("Provider", before.provider, after.provider, "setting"),
            cost_section(before, after),
        ),
        changed=before != after,
        breaks=bool(broken),
    )


def _permissions(before: Snapshot, after: Snapshot) -> Section:
    found: list[str] = []
    all_ = differences(before, after)
    for difference in all_:
        found.append(f"  {difference.owner}")
        found += [f"+   {line}" for line in as_lines(difference.added)]
        found += [f"-   {line}" for line in as_lines(difference.removed)]
    summary = f"{len(all_)} changed" if all_ else "no change"
    return Section(title="Permissions", summary=summary, lines=tuple(found))


def _resources(before: Snapshot, after: Snapshot) -> Section:
    found = changed_resources(before, after)
    signs = Counter({"+": len(found.added), "-": len(found.removed), "~": len(found.changed)})
    listed = [
        *(f"- {_named(resource)}{_deletion_note(resource)}" for resource in found.removed),
        *(f"+ {_named(resource)}" for resource in found.added),
    ]
    if {r.type for r in found.removed} & {r.type for r in found.added}:
        listed.append(
            "  A resource that was renamed without an alias is deleted and created again."
        )
    for changed in found.changed:
        listed += _changed(changed)
    return Section(title="Resources", summary=change_summary(signs), lines=tuple(listed))


def _changed(changed: Changed) -> Iterator[str]:
    moved = ": REPLACED, because it moves to a component of another type" if changed.moved else ""
    yield f"~ {_named(changed.resource)}{moved}"
    policies = {path for path, _ in documents(changed.resource)}
    for change in changed.changes:
        if change.path.partition(".")[0] not in policies:
            yield f"    {_change(change)}"
    yield from (
        f"    {policy}: see Permissions"
        for policy in policies & _top_level_properties(changed.changes)
    )


def _top_level_properties(found: Sequence[Change]) -> set[str]:
    return {change.path.partition(".")[0] for change in found}


def _deletion_note(resource: Resource) -> str:
    if resource.protect:
        return " (protected: `pulumi up` refuses to delete it)"
    return " (the real resource is kept)" if resource.retain_on_delete else ""


def _images(before: Snapshot, after: Snapshot) -> Section:
    """List the images that are built, one line for images with the same changed files."""
    old, new = before.images.keys(), after.images.keys()
    fresh, removed = _functions_of(new - old), _functions_of(old - new)
    rebuilt: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for name, paths in changed_sources(before, after).items():
        rebuilt[paths] += _functions_of([name])
    listed = [
        *(f"{sign} {', '.join(names)}" for sign, names in (("+", fresh), ("-", removed)) if names),
        *(
            f"~ {', '.join(names)}: because {_listed(paths)} changed"
            for paths, names in sorted(rebuilt.items(), key=lambda item: item[1])
        ),
    ]
    total = sum(map(len, rebuilt.values()))
    counts = [
        (len(fresh), plural(len(fresh), "new image")),
        (total, f"{plural(total, 'image')} built from changed sources"),
        (len(removed), f"{plural(len(removed), 'image')} removed"),
    ]
    summary = ", ".join(text for number, text in counts if number) or "no change"
    return folded("Images", summary, listed)


def _functions_of(images: Iterable[str]) -> list[str]:
    return sorted(name.removesuffix("-image-build") for name in images)


def _listed(paths: Sequence[str]) -> str:
    if len(paths) <= _MOST_FILES:
        return ", ".join(paths)
    return f"{', '.join(paths[:_MOST_FILES])} and {len(paths) - _MOST_FILES:,} more files"


def _values(
    title: str, before: Mapping[str, object], after: Mapping[str, object], what: str
) -> Section:
    found = list(changes(dict(before), dict(after)))
    listed = [f"{_sign(change)} {_change(change)}" for change in found]
    summary = f"{plural(len(found), what)} changed" if found else "no change"
    return Section(title=title, summary=summary, lines=tuple(listed))


def _sign(change: Change) -> str:
    if change.before is ABSENT:
        return "+"
    return "-" if change.after is ABSENT else "~"


def _change(change: Change) -> str:
    if change.before is ABSENT:
        return f"{change.path}: {shortened(change.after)} (new)"
    if change.after is ABSENT:
        return f"{change.path}: {shortened(change.before)} (removed)"
    old, new = shortened(change.before), shortened(change.after)
    if old != new:
        return f"{change.path}: {old} → {new}"
    reason = "another secret" if is_secret(change.after) else "differs further on"
    return f"{change.path}: {old} ({reason})"


def _named(resource: Resource) -> str:
    return f"{short_type(resource.type)} {resource.name}"
