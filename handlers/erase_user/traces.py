"""What is left of a user in the tables of users and the ledger."""

from dataclasses import dataclass
from typing import Any

from handlers.domain.email_address import guard_id


@dataclass(frozen=True, kw_only=True)
class Traces:
    """The tables.

    Calls ``dynamodb:GetItem`` and ``DeleteItem`` on the users' table, ``UpdateItem`` on the
    ledger's and on that of erasures.
    """

    dynamodb: Any
    users_table: str
    ledger_table: str
    erasures_table: str

    def anonymise(self, user_id: str) -> None:
        """Remove the user from the ledger's entry of the Idempotency-Key that created them.

        The entry stays, so that a late repetition of that request does not create the user again:
        it is refused as one with another body. What else the ledger keeps has ids only.
        """
        user = self._item(user_id)
        guard = self._guard(user) if user else {}
        if "key_id" not in guard:
            return
        try:
            self.dynamodb.update_item(
                TableName=self.ledger_table,
                Key={"id": guard["key_id"]},
                UpdateExpression="SET fingerprint = :erased REMOVE user_id, created",
                ConditionExpression="user_id = :user",
                ExpressionAttributeValues={":erased": {"S": "erased"}, ":user": {"S": user_id}},
            )
        except self.dynamodb.exceptions.ConditionalCheckFailedException:
            return  # it was anonymous, or has expired

    def delete(self, user_id: str, erasure_id: str) -> None:
        """Delete the user and free the address, which the erasure keeps for the confirmation."""
        user = self._item(user_id)
        if user is None:
            return
        writes = [
            {"Delete": {"TableName": self.users_table, "Key": {"id": {"S": user_id}}}},
            {
                "Update": {
                    "TableName": self.erasures_table,
                    "Key": {"id": {"S": erasure_id}},
                    "UpdateExpression": "SET confirm_to = :address",
                    "ConditionExpression": "attribute_exists(id)",
                    "ExpressionAttributeValues": {":address": user["email"]},
                }
            },
        ]
        if guard := self._guard(user):
            key = {"id": guard["id"]}
            writes.append({"Delete": {"TableName": self.users_table, "Key": key}})
        self.dynamodb.transact_write_items(TransactItems=writes)

    def _guard(self, user: dict[str, Any]) -> dict[str, Any]:
        """Return the item that reserves the user's address; empty if it is not theirs."""
        guard = self._item(guard_id(user["email"]["S"]))
        return guard if guard and guard["user_id"] == user["id"] else {}

    def _item(self, id_: str) -> dict[str, Any] | None:
        item: dict[str, Any] | None = self.dynamodb.get_item(
            TableName=self.users_table, Key={"id": {"S": id_}}, ConsistentRead=True
        ).get("Item")
        return item
