"""The runbook: a section for each alarm, links that lead somewhere, and what logs are asked for.

``tests/e2e/test_runbook_commands.py`` runs its commands.
"""

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from blueprint.project import ROOT
from infra.config.stack import StackConfig
from infra.stack import Functions, Stack
from tests.support.apis import rest_api
from tests.support.runbook import anchor, sections
from tests.support.stacks import FUNCTIONS, PROJECT, inputs, of, recorded, stack

# What Lambda itself writes into a record, or into one of its own.
# https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-logformat.html
OF_LAMBDA = {"timestamp", "level", "message", "logger", "requestId", "type", "@timestamp"}
LEVELS = {"ERROR", "FATAL", "WARN", "WARN*", "WARNING"}


@pytest.mark.parametrize(("name", "without"), [("prod", set()), ("dev", {"blocked-requests"})])
def test_every_alarm_has_its_section_and_every_section_its_alarm(
    name: str, without: set[str]
) -> None:
    alarms = of(stack(name), "cloudwatch/metricAlarm:MetricAlarm")
    named = {a.inputs["alarmDescription"].partition("docs/runbook.md#")[2] for a in alarms}
    listed = {s.anchor for s in sections() if s.chapter == "Alarms" != s.title}
    assert without <= listed
    assert named == listed - without


def test_alarms_lead_to_where_the_runbook_can_be_read() -> None:
    url = "https://example.com/app/runbook.md"
    config = StackConfig.model_validate({"alarms": {"runbook": url}})

    def program() -> None:
        Stack(config=config, key=None).monitoring(
            "monitoring", api=rest_api(), functions=Functions(), queues=(), streams=(), outcomes=()
        )

    alarm = recorded(program).one("aws:cloudwatch/metricAlarm:MetricAlarm", "monitoring-api-5xx")
    assert alarm.inputs["alarmDescription"] == f"The API answers with server errors. {url}#api-5xx"


def test_every_section_says_what_to_look_at_and_what_to_do() -> None:
    for found in sections():
        if found.chapter == "Alarms" != found.title:
            marks = re.findall(r"^\*\*(It means|Look|Do)\*\*", found.text, flags=re.MULTILINE)
            assert marks == ["It means", "Look", "Do"], found.title
            assert found.code("sh"), found.title


@pytest.mark.parametrize("document", sorted((ROOT / "docs").glob("*.md")), ids=lambda p: p.name)
def test_links_lead_somewhere(document: Path) -> None:
    links = re.findall(r"\]\((?!https://)([^)#]*)(?:#([^)]*))?\)", document.read_text())
    for path, fragment in links:
        target = document.parent / path if path else document
        assert target.exists(), path
        if fragment:
            titles = re.findall(r"^#+ (.+)$", target.read_text(), flags=re.MULTILINE)
            assert fragment in {anchor(title) for title in titles}, fragment


def logged(*folders: str) -> tuple[set[str], set[str]]:
    """Return the fields that handlers log, and all texts in their sources, outcomes among them."""
    fields, texts = {"outcome"}, set[str]()
    for folder in folders:
        for path in (ROOT / "handlers" / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    texts.add(node.value)
                if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] in (
                    "outcome",
                    "failure",
                ):
                    fields |= {keyword.arg for keyword in node.keywords if keyword.arg}
    return fields, texts


def log_queries() -> Iterator[tuple[str, str]]:
    """Return what every ``records`` asks: the log group, as the shell makes it, and the pattern."""
    found = list[tuple[str, str]]()
    for each in sections():
        if each.title == "Before anything":
            continue
        code = "\n".join(each.code("sh"))
        function = dict(re.findall(r"^(FUNCTION)=(\S+)$", code, flags=re.MULTILINE))
        for group, pattern in re.findall(r"^records \"([^\"]+)\" '([^']*)'$", code, re.MULTILINE):
            found.append((group.replace("$FUNCTION", function.get("FUNCTION", "")), pattern))
        assert len(re.findall(r"\brecords ", code)) == len(
            re.findall(r"^records \"[^\"]+\" '[^']*'$", code, re.MULTILINE)
        ), each.title
    assert found
    return iter(found)


@pytest.mark.parametrize(
    ("group", "pattern"), [(g, p) for g, p in log_queries() if g.startswith("$LOGS")]
)
def test_what_functions_logs_are_asked_for_can_be_in_them(group: str, pattern: str) -> None:
    function = group.removeprefix("$LOGS-")
    assert function in FUNCTIONS
    fields, texts = logged(function.replace("-", "_"), "domain", "runtime")
    conditions = re.split(r" \|\| ", pattern.removeprefix("{ ").removesuffix(" }"))
    for condition in conditions:
        found = re.fullmatch(r'\$\.(\w+) (=|>=) ("[^"]+"|\d+)', condition)
        assert found, condition
        field, value = found[1], found[3].strip('"')
        assert field in fields | OF_LAMBDA, condition
        if field == "outcome":
            beginning = value.removesuffix("*")
            assert any(t == value or ("*" in value and t.startswith(beginning)) for t in texts)
        if field == "level":
            assert value in LEVELS


def test_what_other_logs_are_asked_for_can_be_in_them() -> None:
    prod = stack("prod")
    groups = {g.inputs.get("name") for g in of(prod, "cloudwatch/logGroup:LogGroup")}
    fields = {
        f"/aws/apigateway/{PROJECT}-prod": set(
            json.loads(
                inputs(prod, "apigateway/stage:Stage", "api-stage")["accessLogSettings"]["format"]
            )
        ),
        f"aws-waf-logs-{PROJECT}-prod": {"action"},
        "API-Gateway-Execution-Logs_api-id/prod": set(),
        **{
            f"/aws/apigateway/{PROJECT}-prod-{stage.name}": set(
                json.loads(stage.inputs["accessLogSettings"]["format"])
            )
            for stage in prod.recorder.all("aws:apigatewayv2/stage:Stage")
        },
    }
    others = [(g, p) for g, p in log_queries() if not g.startswith("$LOGS")]
    assert len(others) > 3
    for group, pattern in others:
        name = group.replace("$STACK", "prod").replace("$API", "api-id")
        assert name in groups
        assert set(re.findall(r"\$\.(\w+)", pattern)) <= fields[name]


def test_insights_queries_name_what_is_logged() -> None:
    queries = [code for found in sections() for code in found.code("insights")]
    assert queries
    known = logged("")[0] | OF_LAMBDA
    words = {"filter", "stats", "count", "max", "by", "sort", "desc", "limit", "fields", "in", "as"}
    for query in queries:
        bare = re.sub(r'"[^"]*"', "", query)
        own = set(re.findall(r"\bas (\w+)", bare))
        names = set(re.findall(r"@?[A-Za-z_]\w*", bare)) - words - own - {"ispresent"}
        assert names <= known, names - known


def test_the_description_of_an_alarm_is_no_longer_than_aws_takes() -> None:
    for alarm in of(stack("prod"), "cloudwatch/metricAlarm:MetricAlarm"):
        assert len(alarm.inputs["alarmDescription"]) + 500 <= 1024  # with the longest URL allowed
