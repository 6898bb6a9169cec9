"""The section on cost: a month of a stack before and after, at the same traffic in every plan."""

import json
from collections.abc import Mapping
from typing import Any

from blueprint.cost.estimate import charges_for, read_prices
from blueprint.cost.stack_usage import usage
from blueprint.cost.traffic import Traffic
from blueprint.plan.section import Section, table
from blueprint.plan.snapshot import Resource, Snapshot
from blueprint.plan.words import logical_names
from blueprint.recording import Options, Recorded, Recorder

TRAFFIC = Traffic(requests=1e6, emails=1e5, uploads=1e5, stored_gb=100)
"""Every kind of input, so that each function counts. `make cost` estimates at any traffic."""

_CENT = 0.01


def cost_section(before: Snapshot, after: Snapshot) -> Section:
    """Return the section that compares the cost of two snapshots."""
    prices = read_prices()
    old, new = cost_by_service(before, prices), cost_by_service(after, prices)
    old["total"], new["total"] = sum(old.values()), sum(new.values())
    rows = [(" ", "service", "before", "after", "change")]
    for service in sorted(old.keys() | new.keys(), key=lambda s: (s == "total", s)):
        was, now = old.get(service, 0.0), new.get(service, 0.0)
        if service == "total" or abs(now - was) >= _CENT / 2:
            rows.append((" ", service, f"{was:,.2f}", f"{now:,.2f}", f"{now - was:+,.2f}"))
    return Section(
        title="Cost",
        summary=f"{new['total'] - old['total']:+,.2f} dollars a month, to {new['total']:,.2f}",
        lines=(
            *table(rows),
            f"  In dollars, estimated at {TRAFFIC.requests:,.0f} requests,",
            f"  {TRAFFIC.emails:,.0f} notifications, {TRAFFIC.uploads:,.0f} uploads, "
            f"{TRAFFIC.stored_gb:,.0f} GB of files;",
            f"  list prices of {prices['region']}, {prices['date']}. Other traffic: `make cost`.",
        ),
    )


def cost_by_service(snapshot: Snapshot, prices: Mapping[str, Any]) -> dict[str, float]:
    """Return US dollars by service; empty if there is no such stack."""
    if not snapshot.resources:
        return {}
    recorder = Recorder(resources=[_recorded(r) for r in snapshot.resources.values()])
    charges = charges_for(usage(recorder, TRAFFIC), prices)
    return {
        service: sum(charge.cost for charge in charges if charge.service == service)
        for service in {charge.service for charge in charges}
    }


def _recorded(resource: Resource) -> Recorded:
    """Return a resource with logical names in place of references."""
    options = Options(
        parent=resource.parent,
        depends_on=frozenset(),
        protect=resource.protect,
        retain_on_delete=resource.retain_on_delete,
        delete_before_replace=False,
        ignore_changes=frozenset(),
    )
    inputs = json.loads(logical_names(json.dumps(resource.inputs)))
    return Recorded(resource.type, resource.name, inputs, resource.custom, options)
