"""What the program and the faults make of the function."""

from tests.support import samples
from tests.support.expected import Expected

EXPECTED = Expected(
    trigger="files storage/uploads/",
    services=("s3", "dynamodb"),
    alarms=("process-upload-dead-letters",),
    dead_letters={"process-upload-failures": "function"},
    unanswered="Failed",
    # It ignores what is in another bucket.
    environment={
        "BUCKET": samples.event("process_upload")["Records"][0]["s3"]["bucket"]["name"],
    },
    native={"PIL", "pillow.libs", "pypdfium2_raw"},
    logs={"level", "milliseconds", "reason", "size", "upload", "version"},
)
