"""The rows of the table of faults that this function's tests show."""

ROWS = {
    "duplicate delivery": [
        "faults/test_upload_faults.py::test_s3_event_duplicated_reordered_late",
    ],
    "crash between the side effect and its record": [
        "faults/test_upload_faults.py::test_crash_between_the_side_effect_and_its_record_of_a_file",
    ],
    "S3 event duplicated, reordered, late": [
        "faults/test_upload_faults.py::test_s3_event_duplicated_reordered_late",
    ],
    "URL-encoded key": [
        "faults/test_upload_faults.py::test_url_encoded_key",
    ],
    "object gone or overwritten meanwhile": [
        "faults/test_upload_faults.py::test_object_gone_meanwhile",
        "faults/test_upload_faults.py::test_object_overwritten_meanwhile",
    ],
    "own output triggers itself": [
        "faults/test_upload_faults.py::test_own_output_triggers_itself",
    ],
    "asynchronous failure": [
        "faults/test_upload_faults.py::test_asynchronous_failure",
    ],
    "image bomb, PDF bomb, zip bomb, truncated file, wrong extension": [
        "faults/test_hostile_files.py::test_image_pdf_zip_bomb_truncated_wrong_extension",
    ],
    "path traversal, NUL, absolute keys": [
        "faults/test_hostile_files.py::test_path_traversal_nul_absolute_keys",
    ],
}
