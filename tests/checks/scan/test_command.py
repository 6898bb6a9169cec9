"""The messages and exit codes of ``python -m checks.scan``; `make scan` shows its success."""

import pytest

from checks.scan import __main__ as command
from checks.scan.schema import Schema


@pytest.fixture(autouse=True)
def _one_stack(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "STACKS", {"dev": command.STACKS["dev"]})


def test_what_is_not_waived_fails(monkeypatch: pytest.MonkeyPatch, schema: Schema) -> None:
    monkeypatch.setattr(command, "CHECKOV", command.CHECKOV[1:])
    monkeypatch.setattr(command, "LEAST_CHECKS", {"dev": 1000})
    said: list[str] = []
    missing, problem = command.resources(schema, said.append)
    assert missing.endswith("1000 are expected")
    assert problem.startswith("dev: aws_api_gateway_stage.api_stage: CKV_AWS_120: ")
    assert " 1 failed, " in said[0]


def test_documents_are_counted_and_judged(monkeypatch: pytest.MonkeyPatch, schema: Schema) -> None:
    monkeypatch.setattr(command, "PARLIAMENT", ())
    monkeypatch.setattr(command, "LEAST_DOCUMENTS", 1000)
    said: list[str] = []
    missing, *problems = command.documents(schema, said.append)
    assert missing.endswith("1000 are expected")
    assert problems
    assert all("RESOURCE_MISMATCH" in problem for problem in problems)
    assert f" {len(problems)} findings, 0 waived" in said[0]


@pytest.mark.parametrize("problems", [[], ["a problem"]])
def test_the_end(capsys: pytest.CaptureFixture[str], problems: list[str]) -> None:
    assert command.conclude(problems) == len(problems)
    assert ("! a problem\n" in capsys.readouterr().out) == bool(problems)
