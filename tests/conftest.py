"""Options of the whole suite, and what they decide."""

import functools
import gc
import signal
from collections.abc import Generator, Iterator

import botocore.session
import hypothesis
import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

from handlers.runtime import deadline
from tests.support import scopes
from tests.support.functions import FEATURES, FOLDERS

# An example's time depends on the machine, and says nothing of the code. The same tree is tried
# with the same examples, so that it is never red by chance; new ones are searched for on purpose:
# pytest --hypothesis-profile search
# `make test` tries a quarter as many (quick); `make test COVERAGE=1` and pytest by hand try all.
hypothesis.settings.register_profile("same", deadline=None, derandomize=True)
hypothesis.settings.register_profile("quick", deadline=None, derandomize=True, max_examples=25)
hypothesis.settings.register_profile("search", deadline=None, max_examples=3000)
hypothesis.settings.load_profile("same")

# A script's background jobs ignore Ctrl-C, and what they start inherits this. Tests send it.
signal.signal(signal.SIGINT, signal.default_int_handler)

# What the suite imports stays until its end. Looking through it took a fifth of the processor time.
gc.set_threshold(50_000, 20, 100)

# Sessions share the models of AWS's services. To read them anew took a tenth of the time.
botocore.session.create_loader = functools.cache(botocore.session.create_loader)

# Fixtures of running systems: also the tests in a function's folder use them.
pytest_plugins = [
    "tests.support.e2e.clouds",
    "tests.support.faults.worlds",
]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--docker",
        action="store_true",
        help="end-to-end and fault tests: run the functions as containers of their images",
    )
    parser.addoption("--cases", type=int, default=10, help="schemathesis: for each operation")
    parser.addoption("--seed", type=int, default=1, help="schemathesis: of the random requests")
    parser.addoption("--no-skips", action="store_true", help="fail if a test is skipped")


class ByFile(LoadFileScheduling):
    """Runs the tests file by file, but together those that share something."""

    def _split_scope(self, nodeid: str) -> str:
        file = str(super()._split_scope(nodeid))
        quick = self.config.getoption("markexpr") == "not long"
        return scopes.of_quick_tests(file) if quick else scopes.of_all_tests(file)


@pytest.hookimpl(wrapper=True, optionalhook=True)
def pytest_xdist_auto_num_workers() -> Generator[None, int, int]:
    """Use two workers more than there are processors (``-n auto``), since tests wait a lot.

    Eight at most: each takes half a gigabyte.
    """
    return min((yield) + 2, 8)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadFileScheduling | None:
    return ByFile(config, log) if config.getoption("dist") == "loadfile" else None


@pytest.hookimpl(wrapper=True)
def pytest_collection_modifyitems(
    config: pytest.Config, items: list[pytest.Item]
) -> Generator[None, None, None]:
    """Leave out tests of what was removed, and mark all fault tests as long.

    Then put tests first that fork, or collect all garbage, as the whole suite is large at its end,
    and those that wait longest.
    """
    removed = [item for item in items if not _needs(item) <= {*FOLDERS, *FEATURES}]
    config.hook.pytest_deselected(items=removed)
    items[:] = [item for item in items if item not in removed]
    for item in items:
        if item.path.parent.name == "faults":
            item.add_marker(pytest.mark.long)
    yield
    items.sort(key=lambda item: item.get_closest_marker("early") is None)


def _needs(item: pytest.Item) -> set[str]:
    return {name for marker in item.iter_markers("needs") for name in marker.args}


def pytest_collection_finish() -> None:
    gc.collect()
    gc.freeze()


@pytest.hookimpl(tryfirst=True)
def pytest_unconfigure() -> None:
    """Collect garbage for the last time: pytest and Python would do so many times."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def no_invocation() -> Iterator[None]:
    """Clear the deadline, so that no test inherits it from an earlier one."""
    yield
    deadline.begin(None)


@pytest.fixture(scope="session")
def docker(pytestconfig: pytest.Config) -> Iterator[bool]:
    """Return True if functions run as containers; then a base image exists."""
    if not pytestconfig.getoption("--docker"):
        yield False
        return
    # Loads the docker package, which workers do without.
    from local.engine import Engine
    from tests.support.images.bases import choose

    engine = Engine.connect()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BASE_IMAGE", choose(engine).native)
        engine.client.close()
        yield True


def pytest_sessionfinish(session: pytest.Session) -> None:
    if _forbidden_skips(session.config):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    for report in terminalreporter.stats.get("passed", []):
        for name, text in report.user_properties:
            if name == "says":
                terminalreporter.write_line(text)
    if skips := _forbidden_skips(config):
        terminalreporter.section("--no-skips", red=True)
        terminalreporter.write_line(f"{skips} skipped, which is a failure")


def _forbidden_skips(config: pytest.Config) -> int:
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    if reporter is None or not config.getoption("--no-skips"):
        return 0
    return len(reporter.stats.get("skipped", []))
