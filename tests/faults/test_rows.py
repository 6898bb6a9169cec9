"""The required behaviour under faults, row by row, and the tests that show it.

Each accepted input ends in exactly one of three ways: its effect, once; its original payload in a
dead-letter queue or under ``rejected/``; or an explicit refusal to the caller.

The tests do not change the clock. They move stored times into the past, send events with odd
times, and receive messages at once that would wait for hours.

The emulator cannot show that Lambda's retries keep their request id.
"""

import ast
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]

# Tests of one function are in its folder: ``tests/functions/<f>/rows.py`` names their rows.
ROWS = {
    "one bad record in a batch": [
        "faults/test_messages.py::test_one_bad_record_in_a_batch",
    ],
    "poison message": [
        "faults/test_messages.py::test_poison_message",
        "e2e/test_email.py::test_broken_messages_end_in_the_dead_letter_queue_untouched",
    ],
    "duplicate delivery": [
        "faults/test_messages.py::test_duplicate_delivery_of_messages",
        "faults/test_welcomes.py::test_duplicate_delivery_of_stream_records",
        "faults/test_user_faults.py::test_duplicate_delivery_of_requests",
    ],
    "function killed mid-batch": [
        "faults/test_messages.py::test_function_killed_mid_batch",
        "faults/test_messages.py::test_function_killed_mid_batch_at_random_moments",
    ],
    "crash between the side effect and its record": [
        "faults/test_messages.py::test_crash_between_the_side_effect_and_its_record",
    ],
    "throttling, flood": [
        "faults/test_messages.py::test_throttling_and_a_flood",
    ],
    "user stored, welcome not queued": [
        "faults/test_welcomes.py::test_user_stored_welcome_not_queued_until_the_stream_is_read",
        "faults/test_welcomes.py::test_user_stored_welcome_not_queued_until_the_sweep",
        "faults/test_welcomes.py::test_user_stored_welcome_not_queued_because_the_queue_fails",
        "faults/test_welcomes.py::test_user_stored_welcome_not_queued_for_the_function_was_killed",
    ],
    "poison stream record": [
        "faults/test_welcomes.py::test_poison_stream_record",
        "faults/test_welcomes.py::test_poison_stream_record_goes_to_the_failures_alone",
        "e2e/test_email.py::test_a_record_that_cannot_be_welcomed_leaves_the_stream",
    ],
    "DynamoDB throttle, 5xx, timeout": [
        "faults/test_user_faults.py::test_dynamodb_throttle_5xx_timeout_of_some_calls",
        "faults/test_user_faults.py::test_dynamodb_throttle_5xx_timeout_of_all_calls",
    ],
    "write applied, reply lost; client retries": [
        "faults/test_user_faults.py::test_write_applied_reply_lost_the_client_retries",
        "faults/test_user_faults.py::test_write_applied_reply_lost_the_function_retries",
    ],
    "same e-mail from 50 callers at once": [
        "faults/test_user_faults.py::test_same_email_from_50_callers_at_once",
    ],
    "deep JSON, huge integers, NaN, duplicate keys, 10 MB bodies, wrong types, operators": [
        "e2e/test_hostile_requests.py::test_a_hostile_body_is_refused",
        "e2e/test_hostile_requests.py::test_a_large_body_is_refused",
        "e2e/test_hostile_requests.py::test_operators_in_a_name_are_text",
        "e2e/test_hostile_requests.py::test_any_bytes_are_served_or_refused",
    ],
    "CR/LF in addresses and subjects": [
        "faults/test_hostile_input.py::test_cr_lf_in_what_callers_send",
        "faults/test_hostile_input.py::test_cr_lf_in_addresses_and_subjects",
    ],
    "personal data": [
        "e2e/test_privacy.py::test_it_is_nowhere_else",
    ],
}


def rows_of_functions() -> Iterator[tuple[str, str]]:
    """Yield the rows that functions' folders name, with their tests as paths below ``tests``."""
    for path in sorted((TESTS / "functions").glob("*/rows.py")):
        function = path.parent.name
        rows: dict[str, list[str]] = import_module(f"tests.functions.{function}.rows").ROWS
        for row, references in rows.items():
            yield from ((row, f"functions/{function}/{reference}") for reference in references)


REFERENCES = [
    *((row, reference) for row, references in ROWS.items() for reference in references),
    *rows_of_functions(),
]


def names_in(path: Path) -> set[str]:
    tree = ast.parse(path.read_text())
    return {
        node.name
        for node in tree.body
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    }


@pytest.mark.parametrize(("row", "reference"), REFERENCES)
def test_a_row_is_tested(row: str, reference: str) -> None:
    module, _, name = reference.partition("::")
    assert name in names_in(TESTS / module), row


def test_the_shared_rows_are_those_of_the_table() -> None:
    """The other rows of the table's 22 are in the functions' folders."""
    assert len(ROWS) == 14


def test_every_test_belongs_to_a_row() -> None:
    named = {reference for _, reference in REFERENCES}
    for module in [*TESTS.glob("faults/test_*.py"), *TESTS.glob("functions/*/faults/test_*.py")]:
        if module.name not in ("test_rows.py", "test_soak.py"):  # a soak covers all rows
            path = module.relative_to(TESTS).as_posix()
            assert {f"{path}::{name}" for name in names_in(module)} <= named
