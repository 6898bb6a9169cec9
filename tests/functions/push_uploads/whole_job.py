"""Has the function do all that it is allowed to do."""

from local.cloud import Cloud
from tests.support.e2e.listening import leave, listening, subscribers
from tests.support.e2e.system import Api, until
from tests.support.e2e.uploading import Caller, send


def run(cloud: Cloud, api: Api) -> None:
    caller = Caller(api)
    requested = caller.requests("notes.txt", 9, "text/plain")
    upload = requested["upload"]["id"]
    with listening(api) as listener, listening(api) as gone:
        listener.asks(caller.user, upload)
        gone.asks(caller.user, upload)
        leave(gone, cloud, upload)
        send(requested["form"], b"some text")
        assert listener.settled()[-1]["upload"]["state"] == "done"
    until(lambda: len(subscribers(cloud, upload)) == 1)
