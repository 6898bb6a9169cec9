import io
import zipfile

import pytest

from local.errors import LocalError
from local.package import SHIM, check_folder, folder_of, pack


def names(package):
    return sorted(zipfile.ZipFile(io.BytesIO(package)).namelist())


def test_a_package_holds_no_function():
    assert names(pack()) == [
        "_local_debugger.py",
        "_local_live.py",
        "_local_sources.py",
        f"{SHIM}.py",
    ]
    assert pack() == pack()


def test_unknown_folder(sample):
    check_folder(sample, "greet")
    with pytest.raises(LocalError, match="handlers/nope does not exist"):
        check_folder(sample, "nope")


def test_folder_of_a_handler():
    assert folder_of("handlers.create_user.handler.handler") == "create_user"


@pytest.mark.parametrize(
    "handler", ["", "handler", "app.one.handler.handler", "handlers.one.x", "handlers.a-b.c.d"]
)
def test_other_handlers_are_refused(handler):
    with pytest.raises(LocalError, match=r"handlers\.<function>"):
        folder_of(handler)
