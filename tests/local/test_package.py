import io
import zipfile

import pytest

from local.errors import LocalError
from local.package import SHIM, folder_of, pack


def names(package):
    return sorted(zipfile.ZipFile(io.BytesIO(package)).namelist())


def test_a_package_holds_one_function_and_what_is_shared(sample):
    assert names(pack(sample, "greet")) == [
        f"{SHIM}.py",
        "handlers/__init__.py",
        "handlers/greet/__init__.py",
        "handlers/greet/handler.py",
        "handlers/greet/name.txt",
        "handlers/runtime/__init__.py",
        "handlers/runtime/words.py",
    ]


def test_bytecode_and_hidden_files_stay_out(tmp_path):
    folder = tmp_path / "handlers" / "one"
    (folder / "__pycache__").mkdir(parents=True)
    for file in ("a.py", ".secret", "__pycache__/a.pyc"):
        (folder / file).write_text("")
    assert names(pack(tmp_path, "one")) == [f"{SHIM}.py", "handlers/one/a.py"]


def test_equal_sources_give_equal_bytes(sample):
    assert pack(sample, "greet") == pack(sample, "greet")


def test_unknown_folder(sample):
    with pytest.raises(LocalError, match="handlers/nope does not exist"):
        pack(sample, "nope")


def test_folder_of_a_handler():
    assert folder_of("handlers.create_user.handler.handler") == "create_user"


@pytest.mark.parametrize(
    "handler", ["", "handler", "app.one.handler.handler", "handlers.one.x", "handlers.a-b.c.d"]
)
def test_other_handlers_are_refused(handler):
    with pytest.raises(LocalError, match=r"handlers\.<function>"):
        folder_of(handler)
