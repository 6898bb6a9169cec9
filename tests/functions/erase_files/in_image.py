"""What the function does in its image, seen through an emulator."""

from tests.support import samples
from tests.support.images.backend import Backend, Invoke

USER = "user_01KAQ2Z4T5V6W7X8Y9ZABCDEFG"


def check(invoke: Invoke, backend: Backend) -> None:
    event = samples.event("erase_files")
    item = {"id": {"S": event["erasure"]}, "requested": {"N": "1"}, "attempt": {"N": "1"}}
    backend.client("dynamodb").put_item(TableName="erasures", Item=item)
    s3, prefix = backend.client("s3"), f"processed/users/{USER}/"
    for _ in range(2):
        s3.put_object(Bucket="storage", Key=f"{prefix}a.txt/text.txt", Body=b"text")
    (answer,) = invoke("erase_files", event)
    assert answer["next"] in ("done", "wait"), answer
    assert "Versions" not in s3.list_object_versions(Bucket="storage", Prefix=prefix)
