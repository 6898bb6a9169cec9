"""Has the function do all that it is allowed to do."""

from local.cloud import Cloud
from tests.support.e2e.erasing import ask, ended, pass_time, stop_waiting
from tests.support.e2e.system import Api
from tests.support.e2e.uploading import Caller


def run(cloud: Cloud, api: Api) -> None:
    caller = Caller(api)
    caller.requests("notes.txt", 9, "text/plain")
    erasure = ask(api, caller.user)["id"]
    stop_waiting(cloud, erasure)
    pass_time(cloud, erasure)
    assert ask(api, caller.user)["state"] == "running"  # it is counted as another attempt
    assert ended(api, erasure)["state"] == "done"
