"""Has the function do all that it is allowed to do."""

from local.cloud import Cloud
from tests.support.e2e.erasing import erase, forget_forms
from tests.support.e2e.system import Api
from tests.support.e2e.uploading import Caller


def run(cloud: Cloud, api: Api) -> None:
    caller = Caller(api)
    caller.settled(caller.uploads("notes.txt", b"some text", "text/plain"))
    forget_forms(cloud, caller.user)
    assert erase(api, caller.user)["objects"] == 2
