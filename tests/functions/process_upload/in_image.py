"""What the function does in its image, seen through an emulator."""

from urllib.parse import unquote_plus

from tests.support import samples
from tests.support.images.backend import Backend, Invoke
from tests.support.samples import PICTURE


def check(invoke: Invoke, backend: Backend) -> None:
    check_picture(invoke, backend)
    check_document(invoke, backend)


def check_picture(invoke: Invoke, backend: Backend) -> None:
    event = samples.event("process_upload")
    s3 = backend.client("s3")
    picture = PICTURE.read_bytes()
    described = event["Records"][0]["s3"]
    key = unquote_plus(described["object"]["key"])
    stored = s3.put_object(Bucket="storage", Key=key, Body=picture, ContentType="image/jpeg")
    described["bucket"]["name"] = "storage"
    described["object"] |= {"versionId": stored["VersionId"], "size": len(picture)}
    (answer,) = invoke("process_upload", event)
    assert answer == {"outcomes": ["resized"]}
    made = s3.list_objects_v2(Bucket="storage", Prefix="processed/")["Contents"]
    assert {item["Key"].rsplit("/", 1)[1] for item in made} == {"resized.jpg", "thumbnail.jpg"}


def check_document(invoke: Invoke, backend: Backend) -> None:
    event = samples.event("process_upload")
    s3 = backend.client("s3")
    described = event["Records"][0]["s3"]
    stored = s3.put_object(Bucket="storage", Key="uploads/page.html", Body=b"<p>some text</p>")
    described["bucket"]["name"] = "storage"
    described["object"] |= {
        "key": "uploads/page.html",
        "versionId": stored["VersionId"],
        "size": 16,
    }
    (answer,) = invoke("process_upload", event)
    assert answer == {"outcomes": ["extracted"]}
