"""Sends canaries through every path of the system: what goes well, and what does not."""

import json
from collections.abc import Callable
from functools import partial
from typing import Any

from local.cloud import Cloud
from tests.support.e2e.canaries import Canaries
from tests.support.e2e.oauth import Client, flipped
from tests.support.e2e.system import Api
from tests.support.functions import FUNCTIONS, module_of
from tests.support.samples import PICTURE


def by_requests(api: Api, client: Client, canaries: Canaries) -> None:
    """Send requests for every response of the API, except those to faults."""
    token = client.token()
    for part, text in zip(("claims", "signature"), token.split(".")[1:], strict=True):
        canaries.keep(f"token: {part}", text)
    canaries.keep("client secret", client.secret)
    new = canaries.new

    def ask(label: str, status: int, body: Any, **headers: str) -> Any:
        given = {"Authorization": f"Bearer {token}", "User-Agent": new(f"{label}: agent")}
        answer = api("POST", f"/users?q={new(f'{label}: query')}", body, given | headers)
        assert answer.status == status, (label, answer)
        return answer.body

    def person(label: str, **more: Any) -> dict[str, Any]:
        name, email = f"Zoë {new(f'{label}: name')}", f"{new(f'{label}: email')}@Example.com"
        return {"name": name, "email": email, **more}

    body, key = person("created"), {"Idempotency-Key": new("created: key")}
    user = ask("created", 201, body, **key)["user"]
    ask("replayed", 201, body, **key)
    ask("key reused", 422, person("key reused"), **key)
    ask("conflict", 409, {**body, "name": f"x {new('conflict: name')}"})
    ask("bad key", 400, person("bad key"), **{"Idempotency-Key": f"{new('bad key: key')} x"})
    ask("no JSON", 400, f'{{"name": "{new("no JSON: body")}'.encode())
    ask("wrong type", 400, person("wrong type", name=[new("wrong type: body")]))
    ask("control character", 400, person("control", name=f"{new('control: body')}\x07"))
    ask("too long", 400, person("too long", name=new("too long: body") * 9))
    ask("no address", 400, person("no address", email=f"{new('no address: body')} at example.com"))
    ask("no Unicode", 400, f'{{"name": "{new("no Unicode: body")}'.encode() + b'\xff"}')
    ask("too large", 413, person("too large", more="x" * 9_000))
    ask("other type", 400, f"name={new('other type: body')}".encode(), **{"Content-Type": "a/b"})
    ask("origin", 403, person("origin"), Origin=f"https://{new('origin: origin')}.example")
    ask("no token", 401, person("no token"), Authorization=new("no token: header"))
    wrong = canaries.keep("wrong token", flipped(token, 2, 9, 1).rpartition(".")[2])
    ask(
        "wrong token",
        401,
        person("wrong token"),
        Authorization=f"{token.rpartition('.')[0]}.{wrong}",
    )

    authorized = {"Authorization": f"Bearer {token}"}
    assert api("GET", f"/users/{user['id']}", headers=authorized).body == user
    for label in ("of nobody", "as an address"):
        asked = f"{new(f'user {label}: path')}%40example.com"
        assert api("GET", f"/users/{asked}", headers=authorized).status == 404
    assert api("GET", f"/{new('no path: path')}", headers=authorized).status in (403, 404)


def by_messages(cloud: Cloud, canaries: Canaries) -> list[str]:
    """Return the messages that can never be sent."""
    new = canaries.new

    def message(label: str, **more: Any) -> str:
        sane = {
            "to": f"{new(f'{label}: to')}@example.com",
            "subject": f"Für {new(f'{label}: subject')}",
            "body": f"Hello {new(f'{label}: text')}",
            "type": "notification",
        }
        return json.dumps(sane | more)

    broken = [
        message("no JSON message")[:-1],
        message("unknown type", type="invoice"),
        message("no address message", to=f"nobody {new('no address message: name')}"),
        message("two lines", subject=f"a\r\nBcc: {new('two lines: bcc')}@example.com"),
        message("blank", body=" "),
    ]
    sqs, queue = cloud.client("sqs"), cloud.outputs["sqs_queue_url"]
    sqs.send_message(QueueUrl=queue, MessageBody=message("notification"))
    for body in broken:
        sqs.send_message(QueueUrl=queue, MessageBody=body)
    attribute = {"DataType": "String", "StringValue": new("no user's: attribute")}
    broken.append(message("no user's", type="welcome"))
    sqs.send_message(
        QueueUrl=queue, MessageBody=broken[-1], MessageAttributes={"user_id": attribute}
    )
    return broken


def by_uploads(cloud: Cloud, canaries: Canaries) -> dict[str, str]:
    """Return where each upload's results come, by the key that they begin with."""
    new = canaries.new
    picture = PICTURE.read_bytes()
    made: dict[str, tuple[str, bytes, str]] = {
        # label: name, content, prefix of the results
        "picture": ("{}.jpg", picture, "processed/"),
        "text": ("päth ✓/{} +%.txt", b"Secret: %s", "processed/"),
        "page": ("{}.html", b"<p>%s<script>", "processed/"),
        "copied file": ("{}.bin", b"\0%s", "processed/"),
        "broken picture": ("{}.png", b"\x89PNG\r\n\x1a\n%s", "rejected/"),
        "broken document": ("{}.pdf", b"%%PDF-1.7 %s", "rejected/"),
        "broken archive": ("{}.docx", b"PK\x03\x04 %s", "rejected/"),
        "not what it says": ("{}.jpg", b"%s", "rejected/"),
    }
    results: dict[str, str] = {}
    for label, (name, content, prefix) in made.items():
        path = name.format(new(f"{label}: file name"))
        if b"%s" in content:
            content = content % new(f"{label}: content").encode()
        cloud.client("s3").put_object(
            Bucket=cloud.outputs["s3_bucket_name"],
            Key=f"uploads/{path}",
            Body=content,
            # Without a boundary: urllib3 has something to say about it, and the object's URL.
            ContentType="multipart/form-data",
            ContentDisposition=f"attachment; filename={new(f'{label}: disposition')}",
            Metadata={"owner": new(f"{label}: metadata")},
        )
        results[label] = f"{prefix}{path}/"
    return results


def events(cloud: Cloud, canaries: Canaries) -> dict[str, Callable[[str], Any]]:
    """Return, by function, what makes an event of it that holds canaries, named by a label."""
    return {
        function: partial(module_of(function, "canary").event, cloud, canaries)
        for function in FUNCTIONS
    }
