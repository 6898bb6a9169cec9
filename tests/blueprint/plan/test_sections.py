"""The sections made of snapshots, and how they are written."""

import json
import re
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blueprint.cost.estimate import charges_for, read_prices
from blueprint.cost.stack_usage import usage
from blueprint.plan.cost_section import TRAFFIC, cost_by_service, cost_section
from blueprint.plan.functions import functions, functions_section
from blueprint.plan.render import COMMENT, Heading, as_json, markdown, text
from blueprint.plan.section import Section
from blueprint.plan.sections import Report, report
from blueprint.plan.snapshot import Snapshot
from blueprint.plan.words import shortened
from blueprint.recording import Key
from tests.support.expected import BUSY
from tests.support.functions import expected
from tests.support.stacks import PROJECT, stack

HEADING = Heading(stack="prod", before="main", after="this tree", notes=(), command="make plan")
METHOD = ("aws:apigateway/method:Method", "api-post-users")


def with_inputs(prod: Snapshot, key: Key, **inputs: Any) -> Snapshot:
    """Change inputs of a resource; None leaves one out."""
    old = prod.resources[key]
    new = {k: v for k, v in {**old.inputs, **inputs}.items() if v is not None}
    return replace(prod, resources={**prod.resources, key: replace(old, inputs=new)})


def test_functions_are_described(prod: Snapshot) -> None:
    found = functions(prod)
    assert {name: function.trigger for name, function in found.items()} == {
        name: each.trigger for name, each in expected().items()
    }
    upload = found["process-upload"]
    assert (upload.memory, upload.timeout, upload.architecture) == ("2048 MB", "120 s", "arm64")


def test_a_function_that_nothing_invokes_says_so(prod: Snapshot) -> None:
    key = ("aws:scheduler/schedule:Schedule", "cleanup")
    left = {k: r for k, r in prod.resources.items() if k != key}
    assert functions(replace(prod, resources=left))["cleanup-expired"].trigger == "none"


def section(found: Report, title: str) -> Section:
    return next(each for each in found.sections if each.title == title)


def without(prod: Snapshot, key: Key) -> Snapshot:
    return replace(prod, resources={k: r for k, r in prod.resources.items() if k != key})


def test_only_functions_that_change_are_listed(prod: Snapshot) -> None:
    key = ("aws:lambda/function:Function", "create-user")
    more = with_inputs(prod, key, memorySize=2048, timeout=25)
    found = section(report(prod, more), "Functions")
    assert found.summary == "1 changed"
    assert found.lines == ("~ create-user: memory 1024 MB → 2048 MB, timeout 20 s → 25 s",)
    found = functions_section(without(prod, key), prod)
    assert found.lines == ("+ create-user: POST /users, 1024 MB, 20 s, arm64",)
    found = functions_section(prod, without(prod, key))
    assert found.lines == ("- create-user: POST /users, 1024 MB, 20 s, arm64",)
    assert section(report(prod, prod), "Functions").lines == ()


def test_new_and_removed_images_are_counted(prod: Snapshot) -> None:
    names = ("create-user-image-build", "get-user-image-build")
    fewer = replace(prod, images={k: v for k, v in prod.images.items() if k not in names})
    edited = replace(prod, images={**prod.images, "send-email-image-build": {"a": "1"}})
    found = section(report(fewer, edited), "Images")
    assert found.summary == "2 new images, 1 image built from changed sources"
    assert found.lines[0] == "+ create-user, get-user"
    found = section(report(prod, fewer), "Images")
    assert found.summary == "2 images removed"
    assert found.lines == ("- create-user, get-user",)


def test_lines_fit_in_a_terminal(prod: Snapshot) -> None:
    """All functions, images and costs of a stack, also the longest list of triggers."""
    found = report(Snapshot(), prod)
    for title in ("Functions", "Images", "Cost"):
        assert max(map(len, section(found, title).lines)) <= 80, title
    lines = section(found, "Functions").lines
    where = next(n for n, line in enumerate(lines) if line.startswith("+ resolve-uploads: "))
    assert lines[where + 1].startswith("    ")


def test_costs_are_those_of_the_estimate(prod: Snapshot) -> None:
    charges = charges_for(usage(stack("prod").recorder, TRAFFIC), read_prices())
    total = sum(charge.cost for charge in charges)
    found = cost_by_service(prod, read_prices())
    assert set(found) == {charge.service for charge in charges}
    for service, dollars in found.items():  # exactly: scheduled invocations cost less than a cent
        assert dollars == pytest.approx(sum(c.cost for c in charges if c.service == service))
    assert cost_section(prod, prod).summary == f"+0.00 dollars a month, to {total:,.2f}"
    assert cost_section(prod, Snapshot()).summary == f"-{total:,.2f} dollars a month, to 0.00"


def test_nothing_changes_in_itself(prod: Snapshot) -> None:
    found = report(prod, prod)
    assert not found.changed
    assert not found.breaks
    assert {s.summary for s in found.sections if s.title != "Cost"} == {"no change"}


def test_a_stack_that_goes_takes_its_api_with_it(prod: Snapshot) -> None:
    found = report(prod, Snapshot())
    assert found.breaks
    routes = {name: each.trigger for name, each in expected().items() if each.unanswered == BUSY}
    assert set(found.sections[0].lines) == {f"- {route}: removed" for route in routes.values()}
    resources = next(s for s in found.sections if s.title == "Resources")
    assert resources.summary == f"{len(prod.resources)} removed"
    assert "- kms.Key key (protected: `pulumi up` refuses to delete it)" in resources.lines
    assert "- ecr.Repository create-user-image (the real resource is kept)" in resources.lines


def test_what_the_stack_asks_callers_for_is_compared(prod: Snapshot) -> None:
    """In openapi.json the key is optional; in this stack's gateway it is required."""
    scopes = [f"{PROJECT}/users.write"]
    none = with_inputs(prod, METHOD, authorization="NONE", authorizationScopes=None)
    key = with_inputs(none, METHOD, apiKeyRequired=True)
    signed = with_inputs(none, METHOD, authorization="AWS_IAM")
    either = with_inputs(prod, METHOD, authorizationScopes=[*scopes, f"{PROJECT}/admin"])
    for before, after, problem in (
        (none, prod, f"nothing is no longer enough; accepted: Token ({scopes[0]})"),
        (none, key, "nothing is no longer enough; accepted: ApiKey"),
        (key, prod, f"ApiKey is no longer enough; accepted: Token ({scopes[0]})"),
        (none, signed, "nothing is no longer enough; accepted: AWS_IAM"),
        (prod, none, None),
        (prod, either, None),
    ):
        api = report(before, after).sections[0]
        assert api.lines == (
            (f"- POST /users: security: {problem}",) if problem else ("~ POST /users: security",)
        )
        breaks = "BREAKS CALLERS by 1 change"
        assert api.summary == (breaks if problem else "1 changed, breaks no callers")


def with_operation(prod: Snapshot, path: str, verb: str, **changed: Any) -> Snapshot:
    """Change parts of an operation in the API's document; without any, leave the operation out."""
    openapi: dict[str, Any] = json.loads(json.dumps(prod.openapi))
    if changed:
        openapi["paths"][path][verb] |= changed
    else:
        del openapi["paths"][path][verb]
    return replace(prod, openapi=openapi)


def test_operations_that_are_new_or_changed_are_listed(prod: Snapshot) -> None:
    fewer = with_operation(prod, "/users/{id}", "get")
    api = report(fewer, prod).sections[0]
    assert (api.summary, api.lines) == ("1 added, breaks no callers", ("+ GET /users/{id}",))
    api = report(prod, fewer).sections[0]
    assert api.lines == ("- GET /users/{id}: removed",)
    parameters = prod.openapi["paths"]["/users"]["post"]["parameters"]
    dry = {"name": "dry", "in": "query", "schema": {"type": "boolean"}}
    more = with_operation(prod, "/users", "post", parameters=[*parameters, dry])
    assert report(prod, more).sections[0].lines == ("~ POST /users: parameters",)


def test_a_field_of_a_shared_schema_changes_the_operations_that_use_it(prod: Snapshot) -> None:
    openapi: dict[str, Any] = json.loads(json.dumps(prod.openapi))
    openapi["components"]["schemas"]["NewUser"]["properties"]["description"] = {"type": "string"}
    api = report(prod, replace(prod, openapi=openapi)).sections[0]
    assert api.lines == ("~ POST /users: request",)


def test_other_words_in_the_document_are_no_change_of_an_operation(prod: Snapshot) -> None:
    other = with_operation(prod, "/users", "post", description="Otherwise.", operationId="other")
    api = report(prod, other).sections[0]
    assert (api.summary, api.lines) == ("documentation only", ())


def report_of(*lines: str, breaks: bool = False, title: str = "Resources") -> Report:
    section = Section(title=title, summary=f"{len(lines)} changed", lines=lines)
    return Report(sections=(section,), changed=True, breaks=breaks)


def test_text_is_for_a_terminal() -> None:
    written = text(replace(HEADING, notes=("Mind it.",)), report_of("+ a", "- b"))
    assert written.startswith("Plan of stack prod: main → this tree\n\nNote: Mind it.\n\nResources")
    assert "\n\nResources: 2 changed\n+ a\n- b\n\nThis compares two" in written


def test_json_is_for_scripts() -> None:
    assert json.loads(as_json(HEADING, report_of("+ é", breaks=True))) == {
        "stack": "prod", "before": "main", "after": "this tree", "notes": [],
        "command": "make plan", "changed": True, "breaks": True,
        "sections": [{"title": "Resources", "summary": "1 changed", "lines": ["+ é"]}],
    }  # fmt: skip


def test_markdown_folds_sections_and_opens_what_breaks() -> None:
    written = markdown(HEADING, report_of("+ a", title="API"))
    assert written.startswith("<!-- plan of stack prod -->\n\n### Plan of stack `prod`\n")
    assert (
        "<details><summary><b>API</b>: 1 changed</summary>\n\n```diff\n+ a\n```\n\n</details>"
        in written
    )
    assert "<details open><summary><b>API" in markdown(
        HEADING, report_of("+ a", breaks=True, title="API")
    )


@given(st.lists(st.text(alphabet="`<>&|\\*_[]() ab", max_size=20), max_size=5))
def test_no_line_ends_its_block(lines: list[str]) -> None:
    written = markdown(HEADING, report_of(*(f"+ {line}" for line in lines)))
    if lines:
        opened = re.search(r"\n(`+)diff\n", written)
        assert opened
        body = written[opened.end() :].split(f"\n{opened[1]}\n")[0]
        assert body == "\n".join(f"+ {line}" for line in lines)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("<b>&amp;", r"\<b\>\&amp;"),
        ("a_b*c*", r"a\_b\*c\*"),
        ("[x](y)", r"\[x\](y)"),
        (r"`x\`", r"\`x\\\`"),
    ],
)
def test_what_people_name_is_not_taken_for_markup(name: str, expected: str) -> None:
    assert f"\n{expected} → this tree\n" in markdown(replace(HEADING, before=name), report_of())


def test_a_comment_is_cut_where_github_would_refuse_it() -> None:
    small = Section(title="API", summary="1 changed", lines=("- all of this",))
    large = report_of(*(f"+ sqs.Queue number-{n}" for n in range(10_000)))
    written = markdown(HEADING, replace(large, sections=(small, *large.sections)))
    assert COMMENT - 100 < len(written) <= COMMENT
    assert "- all of this" in written
    said = re.search(r"\n  \(([\d]+) more lines do not fit into a comment: make plan\)\n", written)
    assert said
    assert int(said[1]) + written.count("+ sqs.Queue") == 10_000
    assert written.endswith("replacing a resource.\n")


@pytest.mark.parametrize("limit", [100, 1_000, 1_500, 3_000, 10_000])
def test_any_number_of_long_sections_fits(limit: int) -> None:
    section = Section(title="Resources", summary="s", lines=tuple("x" * 150 for _ in range(99)))
    whole = Report(sections=(section,) * 4, changed=True, breaks=False)
    assert len(markdown(HEADING, whole, limit)) <= limit


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("a", "a"),
        ("", '""'),
        (None, "null"),
        (["a", 1], '["a", 1]'),
        (f"secret:{'0f' * 32}", "(secret)"),
        ({"a": f"x secret:{'0f' * 32} y"}, '{"a": "x (secret) y"}'),
        (f"encrypted:{'0f' * 32}", "(secret)"),
        ("0f" * 32, "0f0f0f0f…"),
        ("${aws:sqs/queue:Queue::emails::arn}/x", "${emails.arn}/x"),
        ("two\nlines\x1b", "two\\nlines\\u001b"),
        ("x" * 161, f"{'x' * 160}… (161 characters)"),
    ],
)
def test_values_are_shown_in_a_line(value: Any, expected: str) -> None:
    assert shortened(value) == expected
