"""Has the function do all that it is allowed to do."""

from local.cloud import Cloud
from tests.support.e2e.listening import listening
from tests.support.e2e.system import Api
from tests.support.e2e.uploading import Caller


def run(_: Cloud, api: Api) -> None:
    caller = Caller(api)
    upload = caller.requests("notes.txt", 9, "text/plain")["upload"]
    with listening(api) as listener:
        assert listener.asks(caller.user, upload["id"]) == {"upload": upload}
