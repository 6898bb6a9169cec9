"""``app run --stack`` invokes a function of a deployed stack until nothing is left to do."""

import io
import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from botocore.config import Config
from botocore.exceptions import ReadTimeoutError

from cli import main

ALIAS = "arn:aws:lambda:eu-north-1:123456789012:function:app-prod-recount-1a2b3c4:live"
OUTPUTS = {"by_hand": {"recount": ALIAS}, "releases": {"recount": {"alias": ALIAS}}}
FIRST = {"days": 60, "next": {"from": "2026-11-22", "to": "2026-11-28"}}


class FakeLambda:
    """Lambda, with the answers of one function."""

    def __init__(self, answers: list[Any]) -> None:
        self.answers = answers
        self.events: list[Any] = []

    def invoke(self, **given: Any) -> dict[str, Any]:
        assert set(given) == {"FunctionName", "Payload"}
        assert given["FunctionName"] == ALIAS
        self.events.append(json.loads(given["Payload"]))
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        failed = {"FunctionError": "Unhandled"} if "errorType" in (answer or {}) else {}
        return {"Payload": io.BytesIO(json.dumps(answer).encode()), **failed}


Run = Callable[..., tuple[int, str, str, FakeLambda]]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    def with_answers(
        *answers: Any, name: str = "recount", outputs: Mapping[str, Any] = OUTPUTS
    ) -> tuple[int, str, str, FakeLambda]:
        fake = FakeLambda(list(answers))

        def clients(
            region: str, special: Mapping[str, Config], *, emulator: str | None
        ) -> Callable[[str], Any]:
            assert (region, emulator) == ("eu-north-1", None)
            assert special["lambda"].retries["total_max_attempts"] == 1
            return {"lambda": fake}.__getitem__

        monkeypatch.setattr("ops.by_hand.read_outputs", {"prod": outputs}.__getitem__)
        monkeypatch.setattr("ops.by_hand.clients", clients)
        code = main(["run", name, "--stack", "prod"])
        return code, *capsys.readouterr(), fake

    return with_answers


def test_it_goes_on_with_what_the_answer_names_as_next(run: Run) -> None:
    code, out, error, function = run(FIRST, {"days": 7})
    assert code == 0
    assert function.events == [{}, FIRST["next"]]
    assert [json.loads(line) for line in out.splitlines()] == [FIRST, {"days": 7}]
    assert error == f"recount: {{}}\nrecount: {json.dumps(FIRST['next'])}\n"


@pytest.mark.parametrize("answer", [None, {}, {"next": None}])
def test_an_answer_without_more_ends_it(run: Run, answer: Any) -> None:
    code, _, _, function = run(answer)
    assert (code, function.events) == (0, [{}])


def test_a_failure_is_told_without_its_text(run: Run) -> None:
    failure = {"errorType": "Failed", "errorMessage": "ada@example.com"}
    code, out, error, _ = run(FIRST, failure)
    assert (code, out) == (1, f"{json.dumps(FIRST)}\n")
    assert "error: recount failed at " in error
    assert '"from": "2026-11-22"' in error.splitlines()[-1]
    assert "with Failed. Its log says why." in error
    assert "ada@example.com" not in out + error


def test_no_answer_in_time(run: Run) -> None:
    code, _, error, function = run(ReadTimeoutError(endpoint_url="https://lambda"))
    assert (code, function.events) == (1, [{}])  # it is not invoked a second time
    assert "may still be running" in error


def test_a_function_that_asks_for_the_same_again_is_not_invoked_for_ever(run: Run) -> None:
    code, _, error, function = run(FIRST, FIRST)
    assert (code, len(function.events)) == (1, 2)
    assert "recount makes no progress" in error


@pytest.mark.parametrize(
    ("outputs", "known"), [(OUTPUTS, "recount"), ({"releases": {}}, "none")], ids=["one", "none"]
)
def test_a_function_that_is_not_run_by_hand(
    run: Run, outputs: Mapping[str, Any], known: str
) -> None:
    code, _, error, function = run(name="cleanup-expired", outputs=outputs)
    assert (code, function.events) == (2, [])
    assert f"Such functions: {known}." in error
