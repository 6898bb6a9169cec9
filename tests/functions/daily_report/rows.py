"""The rows of the table of faults that this function's tests show."""

ROWS = {
    "crash between the side effect and its record": [
        "faults/test_schedules.py::test_crash_between_a_report_and_its_mark",
    ],
    "asynchronous failure": [
        "e2e/test_reports.py::test_an_event_that_always_fails_ends_in_the_functions_failures",
    ],
    "schedule fires twice, late, or not at all": [
        "faults/test_schedules.py::test_schedule_fires_twice_late_or_not_at_all",
    ],
}
