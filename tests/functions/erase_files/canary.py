"""An event whose work has text that must not reach a log, for the privacy tests."""

import time
from typing import Any

from handlers.domain.erasure import erasure_id
from handlers.domain.user import new_user_id
from local.cloud import Cloud
from tests.support.e2e.canaries import Canaries


def event(cloud: Cloud, canaries: Canaries, label: str) -> Any:
    """Store the erasure of a user who has a file and an upload."""
    user = new_user_id(time.time())
    dynamodb = cloud.client("dynamodb")
    erasure = {"id": {"S": erasure_id(user)}, "requested": {"N": "1"}, "attempt": {"N": "1"}}
    dynamodb.put_item(TableName=cloud.outputs["erasures_table_name"], Item=erasure)
    upload = {
        "user": {"S": user},
        "id": {"S": user.replace("user_", "upload_")},
        "filename": {"S": canaries.new(f"{label}: filename")},
        "deadline": {"N": "1"},
        "state": {"S": "waiting"},
    }
    dynamodb.put_item(TableName=cloud.outputs["uploads_table_name"], Item=upload)
    return {"erasure": erasure_id(user), "trace": ""}
