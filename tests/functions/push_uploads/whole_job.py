"""Has the function do all that it is allowed to do."""

from local.cloud import Cloud
from tests.support.e2e.listening import listening
from tests.support.e2e.system import Api, until
from tests.support.e2e.uploading import Caller, send


def run(cloud: Cloud, api: Api) -> None:
    caller = Caller(api)
    requested = caller.requests("notes.txt", 9, "text/plain")
    upload = requested["upload"]["id"]
    with listening(api) as listener, listening(api) as gone:
        listener.asks(caller.user, upload)
        gone.asks(caller.user, upload)
        gone.socket.close()
        send(requested["form"], b"some text")
        assert listener.settled()[-1]["upload"]["state"] == "done"
    topic = {":topic": {"S": f"upload#{caller.user}#{upload}"}}
    until(
        lambda: (
            cloud.client("dynamodb").query(
                TableName=cloud.outputs["live_table_name"],
                KeyConditionExpression="topic = :topic",
                ExpressionAttributeValues=topic,
            )["Count"]
            == 1
        )
    )
