"""Has the function do all that it is allowed to do."""

from local.cloud import Cloud
from tests.support.e2e.system import Api
from tests.support.e2e.uploading import Caller


def run(_: Cloud, api: Api) -> None:
    Caller(api).uploads("notes.txt", b"some text", "text/plain")
