"""What is counted of a cold start, and that a count that grows fails the check."""

import py_compile
import sys
from pathlib import Path

import pytest

from checks.bench import BenchError, check, cold, opened_files
from checks.bench.functions import ROOT
from checks.bench.imported_modules import has_bytecode
from checks.bench.scoreboard import Row
from tests.support.imports import imported

UNCHECKED = py_compile.PycInvalidationMode.UNCHECKED_HASH
TIMESTAMP = py_compile.PycInvalidationMode.TIMESTAMP


def count_row(group: str, function: str, value: float) -> Row:
    goal = cold.limit(group, function)
    return Row(group=group, name=function, value=value, unit="files", goal=goal, how="counted")


@pytest.mark.parametrize("function", cold.FUNCTIONS)
@pytest.mark.parametrize("group", cold.LIMITS)
def test_a_count_above_its_limit_fails(
    group: str, function: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    most = cold.limit(group, function)
    monkeypatch.setattr(cold, "count", lambda: [count_row(group, function, most)])
    assert check.main() == 0
    monkeypatch.setattr(cold, "count", lambda: [count_row(group, function, most + 1)])
    assert check.main() == 1
    assert f"{function}: {group}: {most + 1:,}" in capsys.readouterr().err


def test_what_cannot_be_counted_is_no_success(monkeypatch: pytest.MonkeyPatch) -> None:
    def count() -> list[Row]:
        raise BenchError("no engine")

    monkeypatch.setattr(cold, "count", count)
    assert check.main() == 2


def test_own_limits_are_those_of_functions_and_counts_that_exist() -> None:
    assert set(cold.OWN_LIMITS) <= set(cold.FUNCTIONS)
    assert {name for limits in cold.OWN_LIMITS.values() for name in limits} <= set(cold.LIMITS)


TRACE = """\
7 execve("/usr/bin/python3", ["python3", "-m", "awslambdaric", "a.b"], 0x7f /* 9 vars */) = 0
7 openat(AT_FDCWD, "/lib/libc.so.6", O_RDONLY|O_CLOEXEC) = 3
7 openat(AT_FDCWD, "/lib/libc.so.6", O_RDONLY|O_CLOEXEC) = 4
7 openat(AT_FDCWD, "/var/task", O_RDONLY|O_NONBLOCK|O_CLOEXEC|O_DIRECTORY) = 3
7 openat(AT_FDCWD, "/var/task/none.so", O_RDONLY|O_CLOEXEC) = -1 ENOENT (No such file or directory)
6 openat(AT_FDCWD, "/the/probe's", O_RDONLY) = 3
7 openat(AT_FDCWD, "/var/task/a.pyc", O_RDONLY|O_CLOEXEC <unfinished ...>
6 write(5, "GET /2018-06-01/runtime/invocation/next", 39) = 39
7 <... openat resumed>) = 3
7 open("/etc/hosts", O_RDONLY) = 4
7 sendto(4, "GET /2018-06-01/runtime/invocation/next HTTP/1.1", 48, 0, NULL, 0) = 48
7 openat(AT_FDCWD, "/too/late", O_RDONLY) = 3
"""


def test_files_are_counted_once_each_until_the_first_request() -> None:
    assert opened_files.files(TRACE) == 3


@pytest.mark.parametrize("without", ["awslambdaric", "7 sendto"])
def test_a_trace_of_no_cold_start_is_refused(without: str) -> None:
    lines = [line for line in TRACE.splitlines() if without not in line]
    with pytest.raises(BenchError, match="no cold start"):
        opened_files.files("\n".join(lines))


@pytest.mark.parametrize("mode", [UNCHECKED, TIMESTAMP])
def test_bytecode_is_that_of_its_source(
    tmp_path: Path, mode: py_compile.PycInvalidationMode
) -> None:
    source, cached = tmp_path / "module.py", tmp_path / "module.pyc"
    source.write_text("VALUE = 1\n")
    assert not has_bytecode(source, cached)
    py_compile.compile(str(source), str(cached), invalidation_mode=mode)
    assert has_bytecode(source, cached)
    source.write_text("VALUE = 12\n")
    assert not has_bytecode(source, cached)
    py_compile.compile(str(source), str(cached), invalidation_mode=mode)
    cached.write_bytes(b"\0" + cached.read_bytes()[1:])  # another Python's
    assert not has_bytecode(source, cached)


@pytest.mark.parametrize("script", ["probe.py", "imported_modules.py", "warm_calls.py"])
def test_what_runs_inside_of_images_needs_nothing_that_is_not_there(script: str) -> None:
    names = {
        name.split(".")[0]
        for name in imported((ROOT / "checks" / "bench" / script).read_text(), "")
    }
    assert names <= sys.stdlib_module_names | {"awslambdaric", "botocore"}
