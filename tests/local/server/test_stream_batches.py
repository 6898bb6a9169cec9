"""The records of a stream are delivered as Lambda does: split, tried again, and given up alone."""

from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ministack.services import dynamodb  # type: ignore[import-untyped]
from ministack.services import lambda_svc as functions

from local.server import stream_batches

_ids = iter(range(10**9))


@dataclass
class Stream:
    """A stream with broken records, and the function that gets them."""

    records: list[dict[str, Any]]
    broken: set[str]
    names: bool
    mapping: dict[str, Any]
    delivered: list[list[str]] = field(default_factory=list)
    done: list[str] = field(default_factory=list)
    lost: list[tuple[list[str], str]] = field(default_factory=list)

    def invoke(self, _: Any, event: dict[str, Any]) -> dict[str, Any]:
        numbers = [record["dynamodb"]["SequenceNumber"] for record in event["Records"]]
        self.delivered.append(numbers)
        bad = [number for number in numbers if number in self.broken]
        if not bad:
            self.done += numbers
            return {"body": {"batchItemFailures": []}}
        if not self.names:
            return {"error": True, "body": {"errorType": "KeyError"}}
        self.done += numbers[: numbers.index(bad[0])]
        return {"body": {"batchItemFailures": [{"itemIdentifier": bad[0]}]}}

    def give_up(self, _m: Any, _f: Any, batch: Any, _a: Any, _r: Any, condition: str) -> None:
        self.lost.append(([r["dynamodb"]["SequenceNumber"] for r in batch], condition))

    def run(self, monkeypatch: pytest.MonkeyPatch, polls: int = 2_000) -> None:
        monkeypatch.setattr(stream_batches, "table_of", lambda _: "t")
        for module, name, value in (
            (functions, "_iter_all_esms", lambda: [("0", "r", self.mapping)]),
            (functions, "_get_func_record_for_qualifier", lambda *_: ({}, {})),
            (functions, "_execute_function", self.invoke),
            (functions, "_send_ddb_stream_failure_record", self.give_up),
            (functions, "_ESM_BACKOFF_SECONDS", -1),
            (dynamodb, "stream_start_position", lambda _: 0),
            (dynamodb, "stream_end_position", lambda _: len(self.records)),
            (dynamodb, "stream_records_since", lambda _, at, most: self.records[at : at + most]),
        ):
            monkeypatch.setattr(module, name, value)
        for _ in range(polls):
            stream_batches.poll()


def stream(broken: list[bool], *, names: bool = False, **settings: Any) -> Stream:
    mapping = {
        "UUID": f"m-{next(_ids)}", "FunctionName": "f", "EventSourceArn": "a", "BatchSize": 5,
        "StartingPosition": "TRIM_HORIZON", "FunctionResponseTypes": ["ReportBatchItemFailures"],
        "BisectBatchOnFunctionError": True, "MaximumRetryAttempts": 2, **settings,
    }  # fmt: skip
    records = [{"dynamodb": {"SequenceNumber": str(n)}} for n in range(len(broken))]
    bad = {str(n) for n, one in enumerate(broken) if one}
    return Stream(records, bad, names, mapping)


@given(st.lists(st.booleans(), max_size=12), st.booleans())
def test_each_broken_record_is_given_up_alone_and_the_others_are_processed(
    broken: list[bool], names: bool
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        one = stream(broken, names=names)
        one.run(patch, polls=200)
    assert [numbers for numbers, _ in one.lost] == [[n] for n in sorted(one.broken, key=int)]
    good = [str(n) for n, bad in enumerate(broken) if not bad]
    assert one.done == good  # each once, in order
    for number in one.broken:
        assert sum(number in numbers for numbers in one.delivered) >= 3  # two are retries


def test_without_splitting_the_whole_batch_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    one = stream([False, True, False], BisectBatchOnFunctionError=False)
    one.run(monkeypatch, polls=20)
    assert one.delivered == [["0", "1", "2"]] * 3
    assert one.lost == [(["0", "1", "2"], "RetryAttemptsExhausted")]


def test_without_a_limit_it_is_tried_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    one = stream([True], MaximumRetryAttempts=-1)
    one.run(monkeypatch, polls=50)
    assert (len(one.delivered), one.lost) == (50, [])
    assert one.mapping["LastProcessingResult"] == "FAILED"


def test_a_record_that_is_too_old_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    one = stream([True], MaximumRetryAttempts=-1, MaximumRecordAgeInSeconds=60)
    one.records[0]["dynamodb"]["ApproximateCreationDateTime"] = 1.0
    one.run(monkeypatch, polls=5)
    assert one.lost == [(["0"], "MaxRecordAgeExceeded")]


def test_names_are_heeded_only_if_the_mapping_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    one = stream([True, False], names=True, FunctionResponseTypes=[])
    one.run(monkeypatch, polls=5)
    assert one.delivered == [["0", "1"]]


def test_a_name_that_is_no_record_fails_the_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    one = stream([True], names=True)
    one.broken = {"0"}
    answer = {"body": {"batchItemFailures": [{"itemIdentifier": ""}]}}
    one.invoke = lambda *_: answer  # type: ignore[method-assign]
    one.run(monkeypatch, polls=10)
    assert one.lost == [(["0"], "RetryAttemptsExhausted")]
