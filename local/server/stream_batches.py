"""Delivers the records of tables' streams to functions as Lambda does.

The emulator (1.5.33) repeats a batch that fails until its records are too old, and treats an answer
that names failed records as a success. This loop replaces the emulator's. It splits a batch, gives
up after the mapping's number of retries, and continues at the record that an answer names.
https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-params.html
https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html
"""

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ministack.core.arn import ArnParseError, parse_arn  # type: ignore[import-untyped]
from ministack.services import dynamodb  # type: ignore[import-untyped]
from ministack.services import lambda_svc as functions

Record = dict[str, Any]


@dataclass
class _Batch:
    """Records of a stream up to a position, and how often their invocation has failed."""

    end: int
    failures: int = 0


_batches: dict[str, list[_Batch]] = {}
"""By a mapping's id: the batch that is tried, and below it those that it was split from."""


def poll() -> bool:
    """Deliver the next batch of each mapping; return True if one went on."""
    went_on = False
    for account, region, mapping in functions._iter_all_esms():
        tokens = functions._request_account_id.set(account), functions._request_region.set(region)
        try:
            went_on = _poll(mapping) or went_on
        finally:
            functions._request_account_id.reset(tokens[0])
            functions._request_region.reset(tokens[1])
    return went_on


def _poll(mapping: dict[str, Any]) -> bool:
    table = table_of(mapping)
    function, _ = functions._get_func_record_for_qualifier(
        mapping["FunctionName"], mapping.get("Qualifier")
    )
    id_ = mapping["UUID"]
    if table is None or function is None or functions._esm_backoff_until.get(id_, 0) > time.time():
        return False
    begin, end = dynamodb.stream_start_position(table), dynamodb.stream_end_position(table)
    first = begin if mapping.get("StartingPosition") == "TRIM_HORIZON" else end
    position = max(begin, functions._dynamodb_stream_positions.get(id_, first))
    batch = _next(id_, position, min(end, position + mapping.get("BatchSize", 100)))
    records = dynamodb.stream_records_since(table, position, batch.end - position)
    if not records:
        _go_to(mapping, position)
        return False
    wanted = functions._apply_filter_criteria(records, mapping)
    result = functions._execute_function(function, {"Records": wanted}) if wanted else {}
    failed = _first_failed(result, wanted, mapping)
    if failed is None:
        mapping["LastProcessingResult"] = f"OK - {len(wanted)} records"
        functions._esm_backoff_until.pop(id_, None)
        _go_to(mapping, batch.end)
        return True
    mapping["LastProcessingResult"] = "FAILED"
    if failed:  # those before it were processed
        position += records.index(wanted[failed])
        wanted, batch.failures = wanted[failed:], 0
        _go_to(mapping, position)
    named = not result.get("error")
    if mapping.get("BisectBatchOnFunctionError") and batch.end - position > 1:
        middle = position + 1 if named else position + (batch.end - position) // 2
        _batches[id_].append(_Batch(middle))
        return True
    batch.failures += 1
    if condition := _given_up(mapping, batch, wanted):
        functions._send_ddb_stream_failure_record(
            mapping, function, wanted, mapping["EventSourceArn"], result, condition
        )
        _go_to(mapping, batch.end)
        return True
    functions._esm_backoff_until[id_] = time.time() + functions._ESM_BACKOFF_SECONDS
    return False


def table_of(mapping: dict[str, Any]) -> str | None:
    """Return the table whose stream a mapping reads; None if it reads none."""
    try:
        source = parse_arn(mapping.get("EventSourceArn", ""))
    except ArnParseError:
        return None
    named = functions._dynamodb_stream_table_from_arn_spec(source)
    if named is None or not mapping.get("Enabled", True):
        return None
    table = dynamodb._tables.get(named[0])
    current = table and table.get("LatestStreamArn") == mapping["EventSourceArn"]
    return str(named[0]) if current else None


def _next(id_: str, position: int, end: int) -> _Batch:
    """Return the batch to try: a part of one that was split, or a new one."""
    parts = _batches.setdefault(id_, [])
    while parts and parts[-1].end <= position:
        parts.pop()
    if not parts:
        parts.append(_Batch(end))
    return parts[-1]


def _go_to(mapping: dict[str, Any], position: int) -> None:
    with functions._dynamodb_stream_positions_lock:
        functions._dynamodb_stream_positions[mapping["UUID"]] = position


def _first_failed(
    result: dict[str, Any], records: Sequence[Record], mapping: dict[str, Any]
) -> int | None:
    """Return the index of the first record that failed; 0 if all did, None if none did."""
    if result.get("error"):
        return 0
    if "ReportBatchItemFailures" not in (mapping.get("FunctionResponseTypes") or []):
        return None
    answer = result.get("body")
    if isinstance(answer, str):
        try:
            answer = json.loads(answer)
        except ValueError:
            return None
    failures = answer.get("batchItemFailures") if isinstance(answer, dict) else None
    if not failures:
        return None
    named = {str(failure.get("itemIdentifier")) for failure in failures}
    found = (n for n, record in enumerate(records) if _sequence(record) in named)
    return next(found, 0)  # Lambda treats an unknown name as a failure of all


def _sequence(record: Record) -> str:
    return str(record["dynamodb"]["SequenceNumber"])


def _given_up(mapping: dict[str, Any], batch: _Batch, records: Sequence[Record]) -> str | None:
    """Return why a batch is given up; None if it is tried again. -1 and nothing mean: for ever."""
    retries = mapping.get("MaximumRetryAttempts")
    if retries is not None and 0 <= int(retries) < batch.failures:
        return "RetryAttemptsExhausted"
    age = int(mapping.get("MaximumRecordAgeInSeconds") or -1)
    now = time.time()
    oldest = min(float(r["dynamodb"].get("ApproximateCreationDateTime", now)) for r in records)
    return "MaxRecordAgeExceeded" if 0 < age < now - oldest else None
