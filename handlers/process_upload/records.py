"""Records what becomes of an upload by the API, for the callers who ask for it.

Uploads with AWS credentials have no record: their owners choose the keys. A key that only looks
like one of the API has none either: nothing is written unless ``request-upload`` stored an item.
"""

import time
from collections.abc import Callable, Sequence
from typing import Any

from handlers.domain.upload_key import ids_of
from handlers.process_upload.events import Upload
from handlers.runtime import trace


class Records:
    """The items of uploads, in their table.

    The newest file under a key has the record: what is left of an older one changes nothing. Each
    write may be repeated.

    Args:
        client: botocore's DynamoDB client.
        table: the table's name.
        now: returns the time in epoch seconds.
    """

    def __init__(self, client: Any, table: str, *, now: Callable[[], float] = time.time) -> None:
        self._client = client
        self._table = table
        self._now = now

    def processing(self, upload: Upload, *, seconds: float) -> None:
        """Record that a file arrived, and that it is processed for at most this many seconds.

        From now on the item is kept: it no longer expires with the form.
        """
        self._update(
            upload,
            "SET #state = :state, #sequence = :sequence, lease = :lease "
            "REMOVE expires, reason, outputs",
            "attribute_not_exists(#sequence) OR #sequence < :sequence OR #sequence = :sequence",
            state="processing",
            values={":lease": {"N": str(int(self._now() + seconds))}},
        )

    def done(self, upload: Upload, outputs: Sequence[str]) -> None:
        """Record the names of what was made of the file."""
        self._update(
            upload,
            "SET #state = :state, outputs = :outputs REMOVE lease",
            "#sequence = :sequence",
            state="done",
            values={":outputs": {"L": [{"S": name} for name in outputs]}},
        )

    def rejected(self, upload: Upload, reason: str) -> None:
        """Record why the file cannot be processed."""
        self._update(
            upload,
            "SET #state = :state, reason = :reason REMOVE lease",
            "#sequence = :sequence",
            state="rejected",
            values={":reason": {"S": reason}},
        )

    def failed(self, upload: Upload) -> None:
        """Record that this attempt failed. Another one may follow."""
        self._update(
            upload,
            "SET #state = :state REMOVE lease",
            "#sequence = :sequence",
            state="failed",
            values={},
        )

    def _update(
        self,
        upload: Upload,
        update: str,
        condition: str,
        *,
        state: str,
        values: dict[str, Any],
    ) -> None:
        """Change an upload's item, if there is one (``dynamodb:UpdateItem``).

        The item's version tells its states' order; its trace goes on along the table's stream.
        """
        ids = ids_of(upload.key)
        if ids is None:
            return
        user_id, upload_id = ids
        traced = trace.named(lambda text: {"S": text})
        update = update.replace("SET ", "SET #trace = :trace, ") if traced else update
        try:
            self._client.update_item(
                TableName=self._table,
                Key={"user": {"S": user_id}, "id": {"S": upload_id}},
                UpdateExpression=f"{update} ADD #version :one",
                ConditionExpression=f"attribute_exists(id) AND ({condition})",
                ExpressionAttributeNames={
                    "#state": "state",
                    "#sequence": "sequence",
                    "#version": "version",
                    **{f"#{name}": name for name in traced},
                },
                ExpressionAttributeValues={
                    ":state": {"S": state},
                    ":sequence": {"S": upload.sequence},
                    ":one": {"N": "1"},
                    **{f":{name}": value for name, value in traced.items()},
                    **values,
                },
            )
        except self._client.exceptions.ConditionalCheckFailedException:
            return
