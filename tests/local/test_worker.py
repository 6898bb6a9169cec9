"""The shim, in a process of its own as in the emulator."""

import ast
import io
import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from images import sources
from local import live, worker
from local.package import pack
from tests.support.sources import write

DRIVER = """
import sys, types
sys.path.insert(0, sys.argv[1])
import _local_worker
for number in range(int(sys.argv[2])):
    context = types.SimpleNamespace(aws_request_id=f"request-{number}")
    try:
        print(_local_worker.handler({"number": number}, context))
    except BaseException as error:
        print("raised", type(error).__name__)
"""


@pytest.fixture
def run(tmp_path):
    def run(source, *, level=None, invocations=1):
        shim = tmp_path / "shim"
        zipfile.ZipFile(io.BytesIO(pack())).extractall(shim)
        write(tmp_path, app__handler=source)
        environment = {
            "_HANDLER": "handlers.app.handler.handler",
            "_LOCAL_HANDLER": "handlers.app.handler.handler",
            "_LOCAL_PROJECT": str(tmp_path),
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        if level:
            environment["AWS_LAMBDA_LOG_LEVEL"] = level
        done = subprocess.run(
            [sys.executable, "-I", "-c", DRIVER, shim, str(invocations)],
            env=environment,
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=True,
        )
        records = [json.loads(line) for line in done.stderr.splitlines()]
        return done.stdout.splitlines(), records

    return run


def test_records_are_as_lambda_writes_them(run):
    answers, records = run(
        "import logging\n"
        "logging.getLogger('early').info('import')\n"
        "def handler(event, context):\n"
        "    logging.getLogger('app').warning('n is %d', 3, extra={'user_id': 'ü', 'n': 1})\n"
        "    logging.getLogger('app').debug('hidden')\n"
        "    return event\n"
    )
    assert answers == ["{'number': 0}"]
    assert [r.pop("timestamp")[-1] for r in records] == ["Z", "Z"]
    assert records == [
        {"level": "INFO", "message": "import", "logger": "early"},
        {
            "level": "WARNING",
            "message": "n is 3",
            "logger": "app",
            "requestId": "request-0",
            "user_id": "ü",
            "n": 1,
        },
    ]


@pytest.mark.parametrize(
    ("level", "shown"), [("DEBUG", 3), ("TRACE", 3), ("INFO", 2), ("WARN", 1), ("ERROR", 0)]
)
def test_levels(run, level, shown):
    _, records = run(
        "import logging\n"
        "def handler(event, context):\n"
        "    for name in ('debug', 'info', 'warning'):\n"
        "        getattr(logging, name)(name)\n",
        level=level,
    )
    assert len(records) == shown


def test_a_raised_exception_is_one_record_and_goes_on(run):
    answers, [record] = run("def handler(event, context):\n    raise ValueError('bad')\n")
    assert answers == ["raised ValueError"]
    assert (record["level"], record["errorType"], record["errorMessage"]) == (
        "ERROR",
        "ValueError",
        "bad",
    )
    [frame] = record["stackTrace"]
    assert "handlers/app/handler.py" in frame
    assert "raise ValueError" in frame


def test_a_logged_exception_has_its_stack(run):
    _, [record] = run(
        "import logging\n"
        "def handler(event, context):\n"
        "    try:\n"
        "        {}['a']\n"
        "    except KeyError:\n"
        "        logging.exception('cannot')\n"
    )
    assert (record["message"], record["errorType"]) == ("cannot", "KeyError")
    assert len(record["stackTrace"]) == 1


def test_a_failing_import_is_reported_by_each_invocation(run):
    answers, records = run("import nowhere\n", invocations=2)
    assert answers == ["raised ModuleNotFoundError"] * 2
    assert [r["requestId"] for r in records] == ["request-0", "request-1"]
    assert "import nowhere" in records[0]["stackTrace"][-1]


@pytest.mark.parametrize("source", [worker, live, sources])
def test_it_needs_nothing_but_the_standard_library(source):
    tree = ast.parse(Path(source.__file__).read_text())
    modules = {
        name.split(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in ([node.module] if isinstance(node, ast.ImportFrom) else _names(node))
    }
    assert modules <= sys.stdlib_module_names | {"_local_debugger", "_local_live", "_local_sources"}


def _names(node):
    return [alias.name for alias in node.names]
