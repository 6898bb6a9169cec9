"""What the function does in its image, seen through an emulator."""

from tests.support import samples
from tests.support.images.backend import Backend, Invoke


def check(invoke: Invoke, backend: Backend) -> None:
    (answer,) = invoke("daily_report", samples.event("daily_report"))
    assert answer["written"]
    made = backend.client("s3").list_objects_v2(Bucket="storage", Prefix="reports/")["Contents"]
    day = answer["written"][-1]
    assert {f"reports/{day}.html", f"reports/{day}.json"} <= {item["Key"] for item in made}
