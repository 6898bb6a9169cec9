"""The required behaviour under faults, row by row, and the tests that show it.

Each accepted input ends in exactly one of three ways: its effect, once; its original payload in a
dead-letter queue or under ``rejected/``; or an explicit refusal to the caller.

The tests do not change the clock. They move stored times into the past, send events with odd
times, and receive messages at once that would wait for hours.

The emulator cannot show a stream's bisection, retries and failures queue; tests check the
function's part and the mapping's settings. It also cannot show that Lambda's retries keep their
request id.
"""

import ast
from pathlib import Path

import pytest

HERE = Path(__file__).parent

ROWS = {
    "one bad record in a batch": [
        "test_messages.py::test_one_bad_record_in_a_batch",
    ],
    "poison message": [
        "test_messages.py::test_poison_message",
        "../e2e/test_email.py::test_broken_messages_end_in_the_dead_letter_queue_untouched",
    ],
    "duplicate delivery": [
        "test_messages.py::test_duplicate_delivery_of_messages",
        "test_welcomes.py::test_duplicate_delivery_of_stream_records",
        "test_user_faults.py::test_duplicate_delivery_of_requests",
        "test_upload_faults.py::test_s3_event_duplicated_reordered_late",
    ],
    "function killed mid-batch": [
        "test_messages.py::test_function_killed_mid_batch",
        "test_messages.py::test_function_killed_mid_batch_at_random_moments",
        "test_schedules.py::test_function_killed_mid_sweep",
    ],
    "crash between the side effect and its record": [
        "test_messages.py::test_crash_between_the_side_effect_and_its_record",
        "test_upload_faults.py::test_crash_between_the_side_effect_and_its_record_of_a_file",
        "test_schedules.py::test_crash_between_a_report_and_its_mark",
    ],
    "throttling, flood": [
        "test_messages.py::test_throttling_and_a_flood",
    ],
    "user stored, welcome not queued": [
        "test_welcomes.py::test_user_stored_welcome_not_queued_until_the_stream_is_read",
        "test_welcomes.py::test_user_stored_welcome_not_queued_until_the_sweep",
        "test_welcomes.py::test_user_stored_welcome_not_queued_because_the_queue_fails",
        "test_welcomes.py::test_user_stored_welcome_not_queued_for_the_function_was_killed",
    ],
    "poison stream record": [
        "test_welcomes.py::test_poison_stream_record",
        "test_welcomes.py::test_poison_stream_record_goes_to_the_failures_alone",
        "../e2e/test_email.py::test_a_record_that_cannot_be_welcomed_leaves_the_stream",
    ],
    "S3 event duplicated, reordered, late": [
        "test_upload_faults.py::test_s3_event_duplicated_reordered_late",
    ],
    "URL-encoded key": [
        "test_upload_faults.py::test_url_encoded_key",
    ],
    "object gone or overwritten meanwhile": [
        "test_upload_faults.py::test_object_gone_meanwhile",
        "test_upload_faults.py::test_object_overwritten_meanwhile",
    ],
    "own output triggers itself": [
        "test_upload_faults.py::test_own_output_triggers_itself",
    ],
    "asynchronous failure": [
        "test_upload_faults.py::test_asynchronous_failure",
        "../e2e/test_scheduled.py::test_an_event_that_always_fails_ends_in_the_functions_failures",
    ],
    "schedule fires twice, late, or not at all": [
        "test_schedules.py::test_schedule_fires_twice_late_or_not_at_all",
        "test_schedules.py::test_schedule_fires_twice_at_once",
    ],
    "DynamoDB throttle, 5xx, timeout": [
        "test_user_faults.py::test_dynamodb_throttle_5xx_timeout_of_some_calls",
        "test_user_faults.py::test_dynamodb_throttle_5xx_timeout_of_all_calls",
    ],
    "write applied, reply lost; client retries": [
        "test_user_faults.py::test_write_applied_reply_lost_the_client_retries",
        "test_user_faults.py::test_write_applied_reply_lost_the_function_retries",
    ],
    "same e-mail from 50 callers at once": [
        "test_user_faults.py::test_same_email_from_50_callers_at_once",
    ],
    "deep JSON, huge integers, NaN, duplicate keys, 10 MB bodies, wrong types, operators": [
        "../e2e/test_hostile_requests.py::test_a_hostile_body_is_refused",
        "../e2e/test_hostile_requests.py::test_a_large_body_is_refused",
        "../e2e/test_hostile_requests.py::test_operators_in_a_name_are_text",
        "../e2e/test_hostile_requests.py::test_any_bytes_are_served_or_refused",
    ],
    "image bomb, PDF bomb, zip bomb, truncated file, wrong extension": [
        "test_hostile_files.py::test_image_pdf_zip_bomb_truncated_wrong_extension",
    ],
    "path traversal, NUL, absolute keys": [
        "test_hostile_files.py::test_path_traversal_nul_absolute_keys",
    ],
    "CR/LF in addresses and subjects": [
        "test_hostile_input.py::test_cr_lf_in_what_callers_send",
        "test_hostile_input.py::test_cr_lf_in_addresses_and_subjects",
    ],
    "personal data": [
        "../e2e/test_privacy.py::test_it_is_nowhere_else",
    ],
}


def names_in(path: Path) -> set[str]:
    tree = ast.parse(path.read_text())
    return {
        node.name
        for node in tree.body
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    }


@pytest.mark.parametrize("row", ROWS)
def test_a_row_is_tested(row: str) -> None:
    for reference in ROWS[row]:
        module, _, name = reference.partition("::")
        assert name in names_in(HERE / module), reference
    assert ROWS[row]


def test_the_rows_are_those_of_the_table() -> None:
    assert len(ROWS) == 22


def test_every_test_belongs_to_a_row() -> None:
    named = {reference for references in ROWS.values() for reference in references}
    for module in HERE.glob("test_*.py"):
        if module.name not in ("test_rows.py", "test_soak.py"):  # a soak covers all rows
            assert {f"{module.name}::{name}" for name in names_in(module)} <= named
