"""A function under a debugger, with a client that speaks the debuggers' protocol."""

import os
import shutil
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest

from local import cloud as local_cloud
from local.debug import carried_on, debugging
from local.emulator import free_port
from local.errors import LocalError
from local.invocation import invoke
from tests.support.dap import Debugger
from tests.support.local import forked

HANDLER = Path("handlers/greet/handler.py")


@pytest.fixture(scope="module")
def project(sample, tmp_path_factory):
    """Copy the sample, to edit it."""
    copy = tmp_path_factory.mktemp("debug") / "project"
    shutil.copytree(sample, copy, ignore=shutil.ignore_patterns("__pycache__"))
    return copy


@pytest.fixture(scope="module")
def cloud(project):
    with local_cloud.start(root=project) as running:
        yield running


@pytest.fixture
def greet(cloud):
    return cloud.functions["greet"]


def line_of(file: Path, text: str) -> int:
    return next(n for n, line in enumerate(file.read_text().splitlines(), 1) if text in line)


def settings(cloud, greet):
    """Return all that debugging changes."""
    client = cloud.client("lambda")
    configuration = client.get_function_configuration(FunctionName=greet.name)
    return (
        {key: configuration[key] for key in ("Timeout", "Environment", "Role")},
        client.get_alias(FunctionName=greet.name, Name=greet.qualifier)["FunctionVersion"],
        [
            v["Version"]
            for v in client.list_versions_by_function(FunctionName=greet.name)["Versions"]
        ],
        client.get_function_concurrency(FunctionName=greet.name).get(
            "ReservedConcurrentExecutions"
        ),
    )


def test_a_breakpoint_is_hit_and_shows_variables(cloud, greet, project):
    before = settings(cloud, greet)
    file, port = project / HANDLER, free_port()
    breakpoint_at = line_of(file, "return {")
    with ThreadPoolExecutor(1) as pool, debugging(cloud.aws, greet, port=port):
        called = pool.submit(invoke, cloud.aws, greet, '{"name": "Ada"}')
        with Debugger("127.0.0.1", port) as debugger:
            debugger.attach({file: [breakpoint_at]}, project)
            function, variables = debugger.variables()
            answer = called.result(timeout=30)
        assert (function, variables["event"]) == ("handler", "{'name': 'Ada'}")
        assert answer["text"]
    assert settings(cloud, greet) == before
    assert invoke(cloud.aws, greet, "{}")["text"] == answer["text"]


def test_an_edit_is_live_under_the_debugger(cloud, greet, project):
    file, port = project / HANDLER, free_port()
    source = file.read_text()
    with ThreadPoolExecutor(1) as pool, debugging(cloud.aws, greet, port=port):
        file.write_text(
            "# a new line\n" + source.replace('"text": greet(', '"text": "edited", "t": (')
        )
        called = pool.submit(invoke, cloud.aws, greet, "{}")
        with Debugger("127.0.0.1", port) as debugger:
            debugger.attach({file: [line_of(file, "return {")]}, project)
            debugger.variables()
            assert called.result(timeout=30)["text"] == "edited"
    file.write_text(source)


@pytest.mark.long
def test_a_call_may_wait_longer_than_its_limit(cloud, greet, project):
    port = free_port()
    with ThreadPoolExecutor(1) as pool, debugging(cloud.aws, greet, port=port):
        configuration = cloud.client("lambda").get_function_configuration(FunctionName=greet.name)
        assert configuration["Timeout"] > 3_600
        called = pool.submit(invoke, cloud.aws, greet, "{}")
        time.sleep(0.5)
        assert not called.done()
        with Debugger("127.0.0.1", port) as debugger:
            debugger.attach({}, project)
            assert called.result(timeout=30)["text"]


@pytest.mark.long
def test_calls_wait_for_their_turn(cloud, greet, project):
    """Also behind a call whose caller has given up."""
    file, port = project / HANDLER, free_port()
    breakpoint_at = line_of(file, "return {")
    with ThreadPoolExecutor(2) as pool, debugging(cloud.aws, greet, port=port):
        calls = [pool.submit(invoke, cloud.aws, greet, f'{{"call": {n}}}') for n in range(2)]
        time.sleep(0.5)
        assert not any(call.done() for call in calls)
        with Debugger("127.0.0.1", port) as debugger:
            debugger.attach({file: [breakpoint_at]}, project)
            events = [debugger.variables()[1]["event"] for _ in calls]
            assert sorted(events) == ["{'call': 0}", "{'call': 1}"]
            assert all(call.result(timeout=30)["text"] for call in calls)


@pytest.mark.long
def test_a_call_that_waits_when_debugging_ends_says_so(cloud, greet):
    with ThreadPoolExecutor(2) as pool:
        with debugging(cloud.aws, greet, port=free_port()):
            calls = [pool.submit(invoke, cloud.aws, greet, "{}") for _ in range(2)]
            time.sleep(0.5)
        errors = [str(call.exception(timeout=30)) for call in calls]
    assert sum("Debugging ended while this call waited" in error for error in errors) == 1
    assert invoke(cloud.aws, greet, "{}")["text"]


@pytest.mark.long
def test_an_edit_of_the_program_does_not_end_debugging(cloud, greet, project):
    before, port, program = settings(cloud, greet), free_port(), project / "__main__.py"
    source = program.read_text()
    with ThreadPoolExecutor(1) as pool, debugging(cloud.aws, greet, port=port):
        with carried_on(cloud.aws, cloud.functions) as again:
            program.write_text(source.replace('"WORD": word', '"WORD": "edited"'))
            cloud.apply()
        assert again == ["greet"]
        called = pool.submit(invoke, cloud.aws, greet, "{}")
        with Debugger("127.0.0.1", port) as debugger:
            debugger.attach({project / HANDLER: [line_of(project / HANDLER, "return {")]}, project)
            debugger.variables()
            assert called.result(timeout=30)["text"].startswith("edited")
        with carried_on(cloud.aws, cloud.functions) as again:
            cloud.apply()  # changes nothing
        assert again == []
    program.write_text(source)
    cloud.apply()
    assert settings(cloud, greet)[0] == before[0]
    assert invoke(cloud.aws, greet, "{}")["text"]


@pytest.mark.long
def test_what_killed_debugging_left_behind_is_undone(cloud, greet):
    before = settings(cloud, greet)
    debugging(cloud.aws, greet, port=free_port())  # as if its process had been killed
    assert settings(cloud, greet) != before
    with debugging(cloud.aws, greet, port=free_port()):
        assert len(settings(cloud, greet)[2]) == len(before[2]) + 1
    assert settings(cloud, greet) == before


@pytest.mark.long
def test_a_version_of_an_edit_stays(cloud, greet):
    """`app up` gives the function another version while it is debugged."""
    client, before = cloud.client("lambda"), settings(cloud, greet)
    with debugging(cloud.aws, greet, port=free_port()):
        variables = {**before[0]["Environment"]["Variables"], "WORD": "edited"}
        client.update_function_configuration(
            FunctionName=greet.name, Timeout=7, Environment={"Variables": variables}
        )
        version = client.publish_version(FunctionName=greet.name)["Version"]
        client.update_alias(FunctionName=greet.name, Name=greet.qualifier, FunctionVersion=version)
    configuration, alias, versions, reserved = settings(cloud, greet)
    assert (configuration["Timeout"], alias, reserved) == (7, version, before[3])
    assert versions == [*before[2], version]
    assert invoke(cloud.aws, greet, "{}")["text"].startswith("edited")
    client.update_function_configuration(
        FunctionName=greet.name,
        Timeout=before[0]["Timeout"],
        Environment=before[0]["Environment"],
    )
    client.update_alias(FunctionName=greet.name, Name=greet.qualifier, FunctionVersion=before[1])
    client.delete_function(FunctionName=greet.name, Qualifier=version)


@pytest.mark.long
def test_a_kept_cloud_starts_without_a_debugger(app):
    run, start, _ = app
    up = ("up", "--detach", "--keep", "--port", str(free_port()))
    assert run(*up).returncode == 0
    process = start("debug", "greet", "--port", str(free_port()))
    assert process.stdout.readline().startswith("greet waits for a debugger on ")
    assert run("down").returncode == 0
    assert "".join(process.communicate(60)).endswith("The local cloud was stopped.\n")
    assert run(*up).returncode == 0
    assert run("invoke", "greet").returncode == 0


def test_no_process_is_left_over(cloud, greet):
    before = _processes(cloud)
    with debugging(cloud.aws, greet, port=free_port()):
        assert _processes(cloud) - before
    deadline = time.monotonic() + 30
    while _processes(cloud) - before:
        assert time.monotonic() < deadline
        time.sleep(0.05)


def _processes(cloud) -> set[int]:
    """Return the processes of the emulator's group."""
    found = set()
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if os.getpgid(int(process.name)) == cloud.emulator.pid:
                found.add(int(process.name))
        except ProcessLookupError:
            continue
    return found


def test_a_port_in_use_changes_nothing(cloud, greet):
    before = settings(cloud, greet)
    message = f"Port {cloud.emulator.port} is in use .* app debug --port N"
    with (
        pytest.raises(LocalError, match=message),
        debugging(cloud.aws, greet, port=cloud.emulator.port),
    ):
        pass
    assert settings(cloud, greet) == before


@pytest.fixture
def app(project):
    """Run the command in a process of its own, with another debugger's port than others have."""
    port = free_port()
    run = partial(forked.run, project, debug_port=port)

    def start(*arguments):
        started.append(forked.Command(project, *arguments, debug_port=port))
        return started[-1]

    started = []
    yield run, start, port
    run("down")
    for process in started:
        process.communicate(60)


@pytest.mark.long
def test_a_cloud_starts_with_a_debugger(app, project):
    run, start, port = app
    process = start("up", "--debug", "greet", "--port", str(free_port()))
    hint = f"greet waits for a debugger on 127.0.0.1:{port}"
    assert any(hint in line for line in process.stdout)
    file = project / HANDLER
    with ThreadPoolExecutor(1) as pool:
        called = pool.submit(run, "invoke", "greet")
        with Debugger("127.0.0.1", port) as debugger:
            debugger.attach({file: [line_of(file, "return {")]}, project)
            assert debugger.variables()[1]["event"] == "{}"
            assert called.result(timeout=60).returncode == 0
    assert run("up", "--debug", "greet").stderr == (
        "error: A local cloud runs already. Debug a function of it: app debug greet\n"
    )
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=60) == 0
    with pytest.raises(ConnectionRefusedError):
        Debugger("127.0.0.1", port)


@pytest.mark.long
def test_a_cloud_does_not_start_with_an_unknown_function_to_debug(app, project):
    run, *_ = app
    failed = run("up", "--debug", "great", "--port", str(free_port()))
    assert (failed.returncode, failed.stdout) == (2, "")
    assert failed.stderr == (
        "error: There is no function 'great'. Did you mean 'greet'? Functions: greet.\n"
    )
    left = {file.name.partition(".")[0] for file in (project / ".local").iterdir()}
    assert left <= {"history", "kept", "lock"}
