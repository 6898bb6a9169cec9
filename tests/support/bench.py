"""A probe of the benchmarks that measures nothing, for tests of what the benchmarks accept."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from checks.bench import warm
from checks.bench.running_probe import Probe


@dataclass(frozen=True)
class FakeProbe(Probe):
    """A probe to which every handler takes its name's seconds and returns the same answer."""

    url: str = ""
    process: int = 0
    scripts: str = ""
    answer: Any = None
    calls: int = 0
    seconds: Mapping[str, float] = field(default_factory=dict)

    def invoked(
        self, handler: str, count: int, event: Any, environment: Mapping[str, str]
    ) -> dict[str, Any]:
        calls = ["Any"] * self.calls
        return {"seconds": self.seconds.get(handler, 1), "answer": self.answer, "calls": calls}


def measure(function: str, answer: Any, calls: int) -> float:
    """Measure a function that returns an answer after a number of calls.

    Raises:
        BenchError: the benchmark does not accept the answer.
    """
    return warm.once(warm.works()[function], "x", FakeProbe(answer=answer, calls=calls), "x.y")
