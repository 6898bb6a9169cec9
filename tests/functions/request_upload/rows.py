"""The rows of the table of faults that this function's tests show."""

_FAULTS = "faults/test_request_faults.py"

ROWS = {
    "duplicate delivery": [f"{_FAULTS}::test_duplicate_delivery_of_requests"],
    "DynamoDB throttle, 5xx, timeout": [
        f"{_FAULTS}::test_dynamodb_throttle_5xx_timeout_of_all_calls",
        f"{_FAULTS}::test_a_request_that_failed_half_way_is_completed_by_its_repetition",
    ],
    "write applied, reply lost; client retries": [
        f"{_FAULTS}::test_a_write_is_applied_and_its_reply_lost"
    ],
}
