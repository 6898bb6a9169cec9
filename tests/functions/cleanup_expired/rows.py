"""The rows of the table of faults that this function's tests show."""

ROWS = {
    "function killed mid-batch": [
        "faults/test_schedules.py::test_function_killed_mid_sweep",
    ],
    "schedule fires twice, late, or not at all": [
        "faults/test_schedules.py::test_schedule_fires_twice_at_once",
    ],
}
