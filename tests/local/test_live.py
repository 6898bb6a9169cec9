"""Edits of a function's sources: the next invocation of a worker runs them."""

import io
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from local.package import pack
from tests.support.e2e.system import until
from tests.support.sources import write

# One line of input is one invocation; its answer or error is one line of output.
DRIVER = """
import resource, sys, types
sys.path.insert(0, sys.argv[1])
import _local_worker
context = types.SimpleNamespace(aws_request_id="request")
for line in sys.stdin:
    try:
        print(_local_worker.handler({}, context), flush=True)
    except BaseException as error:
        print(f"{type(error).__name__}: {error}", flush=True)
"""
HANDLER = "def handler(event, context):\n    return "


class Worker:
    def __init__(self, project: Path, shim: Path) -> None:
        self.log = project / "log"
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-I", "-c", DRIVER, shim],
                env={
                    "_HANDLER": "handlers.greet.handler.handler",
                    "_LOCAL_HANDLER": "handlers.greet.handler.handler",
                    "_LOCAL_PROJECT": str(project),
                },
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )

    def __call__(self) -> str:
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return self.process.stdout.readline().strip()


@pytest.fixture
def start(tmp_path):
    """Write modules, and start a worker for them."""
    shim = tmp_path / "shim"
    zipfile.ZipFile(io.BytesIO(pack())).extractall(shim)
    workers = []

    def start(**modules: str) -> Worker:
        worker = Worker(write(tmp_path, **modules), shim)
        workers.append(worker)
        return worker

    yield start
    for worker in workers:
        worker.process.stdin.close()
        worker.process.stdout.close()
        worker.process.wait()


def test_an_edit_is_live_at_the_next_invocation(start, tmp_path):
    invoke = start(greet__handler=HANDLER + "1")
    for number in range(1, 30):
        write(tmp_path, greet__handler=HANDLER + str(number))
        assert invoke() == str(number)


def test_an_edit_counts_even_if_size_and_time_stay_the_same(start, tmp_path):
    invoke = start(greet__handler=HANDLER + "1")
    assert invoke() == "1"
    file = tmp_path / "handlers" / "greet" / "handler.py"
    before = file.stat()
    file.write_text(HANDLER + "2")
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert invoke() == "2"


def test_modules_that_did_not_change_keep_their_state(start):
    invoke = start(
        greet__handler="calls = []\n\ndef handler(event, context):\n"
        "    calls.append(1)\n    return len(calls)"
    )
    assert [invoke(), invoke()] == ["1", "2"]


@pytest.mark.parametrize(
    "statement",
    [
        "from handlers.domain.words import WORD",
        "from ..domain.words import WORD",
        "import handlers.domain.words\nWORD = handlers.domain.words.WORD",
    ],
)
def test_an_edit_of_a_shared_module_counts(start, tmp_path, statement):
    invoke = start(domain__words="WORD = 1", greet__handler=f"{statement}\n{HANDLER}WORD")
    assert invoke() == "1"
    write(tmp_path, domain__words="WORD = 2")
    assert invoke() == "2"


def test_so_does_an_edit_of_a_file_that_is_no_module(start, tmp_path):
    write(tmp_path, greet__handler="")
    data = tmp_path / "handlers" / "greet" / "name.txt"
    data.write_text("Ada")
    invoke = start(
        greet__handler="from pathlib import Path\n"
        "NAME = Path(__file__).with_name('name.txt').read_text()\n" + HANDLER + "NAME"
    )
    assert invoke() == "Ada"
    data.write_text("Eva")
    assert invoke() == "Eva"


def test_modules_come_and_go(start, tmp_path):
    invoke = start(greet__handler=HANDLER + "1")
    write(
        tmp_path,
        domain__new="A = 2",
        greet__handler=f"from handlers.domain.new import A\n{HANDLER}A",
    )
    assert invoke() == "2"
    (tmp_path / "handlers" / "domain" / "new.py").unlink()
    assert invoke() == "ModuleNotFoundError: No module named 'handlers.domain.new'"
    write(tmp_path, domain__new="A = 3")
    assert invoke() == "3"


@pytest.mark.parametrize(
    ("source", "error", "line"),
    [
        ("def handler(event, context)\n", "SyntaxError: expected ':'", "line 1"),
        ("1 / 0", "ZeroDivisionError: division by zero", "line 1"),
        ("", "AttributeError: module 'handlers.greet.handler' has no attribute 'handler'", None),
    ],
)
def test_an_edit_that_does_not_import_answers_with_its_error(start, tmp_path, source, error, line):
    invoke = start(greet__handler=HANDLER + "1")
    assert invoke() == "1"
    write(tmp_path, greet__handler=source)
    for _ in range(2):
        assert invoke().startswith(error)
    record = json.loads(invoke.log.read_text().splitlines()[-1])
    assert record["message"].startswith(error)
    file = tmp_path / "handlers" / "greet" / "handler.py"
    if line:
        assert f'File "{file}", {line}' in "".join(record["stackTrace"])
    write(tmp_path, greet__handler=HANDLER + "2")
    assert invoke() == "2"


@pytest.mark.parametrize("module", ["handlers.other", "local", "images", "infra"])
def test_the_code_of_others_cannot_be_imported(start, module):
    invoke = start(
        other__handler="",
        greet__handler=f"def handler(event, context):\n    __import__('{module}')",
    )
    assert invoke() == f"ModuleNotFoundError: No module named {module!r}"


def test_what_was_replaced_is_freed(start, tmp_path):
    source = """
import gc
import greeted
class Large:
    pass
LARGE = Large()
greeted.there.add(LARGE)
gc.freeze()
"""
    (tmp_path / "shim/greeted.py").write_text("import weakref\nthere = weakref.WeakSet()\n")
    invoke = start(greet__handler=source + HANDLER + "1")
    for number in range(100):
        write(tmp_path, greet__handler=source + HANDLER + str(number))
        assert invoke() == str(number)
    write(tmp_path, greet__handler=source + HANDLER + "len(greeted.there)")
    until(lambda: int(invoke()) < 15)


def test_no_call_waits_until_what_was_replaced_is_freed(start, tmp_path):
    source = """
import gc, sys, threading
collect = gc.collect if gc.collect.__module__ == "gc" else gc.collect.real
def noted():
    sys.stderr.write(f"{threading.current_thread().name} collects\\n")
    collect()
noted.real, gc.collect = collect, noted
"""
    invoke = start(greet__handler=source + HANDLER + "1")
    for number in range(15):
        write(tmp_path, greet__handler=source + HANDLER + str(number))
        assert invoke() == str(number)
    log = tmp_path / "log"
    until(lambda: " collects" in log.read_text())
    assert "MainThread collects" not in log.read_text()
