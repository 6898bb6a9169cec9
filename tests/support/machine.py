"""A state machine whose executions never end by themselves."""

from dataclasses import dataclass, field

from handlers.runtime.executions import Executions, Status


@dataclass
class FakeExecutions(Executions):
    """Executions in memory; the test says how they end."""

    started: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    statuses: dict[str, Status] = field(default_factory=dict)
    errors: list[Exception] = field(default_factory=list)

    def start(self, name: str, given: dict[str, str]) -> Status:
        if self.errors:
            raise self.errors.pop(0)
        if name not in self.statuses:
            self.started.append((name, given))
            self.statuses[name] = "running"
        return self.statuses[name]

    def status(self, name: str) -> Status:
        if self.errors:
            raise self.errors.pop(0)
        return self.statuses.get(name, "failed")
