"""The rows of the table of faults that this function's tests show."""

_SENDGRID = "faults/test_sendgrid_faults.py::test_what_the_provider_answers_decides_what_follows"

ROWS = {
    "throttling, flood": [_SENDGRID],
    "crash between the side effect and its record": [_SENDGRID],
}
