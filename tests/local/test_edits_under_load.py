"""Edits while a function is invoked all the time."""

import shutil
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from local import cloud as local_cloud
from local import invocation

_CALLERS = 3


@pytest.mark.parametrize("edits", [10, pytest.param(1_000, marks=pytest.mark.long)])
def test_no_invocation_is_stale(sample, tmp_path, edits):
    project = tmp_path / "project"
    shutil.copytree(sample, project, ignore=shutil.ignore_patterns("__pycache__"))
    words = project / "handlers" / "runtime" / "words.py"
    saved, ended = [0], threading.Event()

    def edit(number):
        draft = words.with_suffix(".draft")
        draft.write_text(f"def greet(word, name):\n    return {number}\n")
        draft.replace(words)
        saved[0] = number

    edit(0)
    with local_cloud.start(root=project) as cloud:
        greet = cloud.functions["greet"]

        def answer():
            return invocation.invoke(cloud.aws, greet, "{}")["text"]

        def answer_all():
            """Return the answers, each with the last edit saved before the invocation."""
            answers = []
            while not ended.is_set():
                answers.append((saved[0], answer()))
            return answers

        with ThreadPoolExecutor(_CALLERS) as pool:
            callers = [pool.submit(answer_all) for _ in range(_CALLERS)]
            try:
                for number in range(1, edits + 1):
                    edit(number)
                    assert answer() == number
            finally:
                ended.set()
            answers = [each for caller in callers for each in caller.result()]
        assert [each for each in answers if each[1] < each[0]] == []
        assert len(answers) > edits
        versions = cloud.client("lambda").list_versions_by_function(FunctionName=greet.name)
        assert [version["Version"] for version in versions["Versions"]] == ["$LATEST", "1"]
