"""Reports each function's state, its runs, and its last failure."""

from pathlib import Path
from typing import Any

from images.sources import handler_sources
from local.debugger import PORT_VARIABLE
from local.server.console.door import SETTINGS
from local.server.console.reasons import failure_line
from local.server.console.stage import Stage
from ops.events.model import Failure

_MOST_CAUSES = 500
_IMPORT = ("Import", "ModuleNotFound", "SyntaxError", "IndentationError")


def functions(stage: Stage) -> list[dict[str, Any]]:
    """Return each function with its state and what the history has of it."""
    settings, causes = stage.settings, stage.history.causes(limit=_MOST_CAUSES)
    found = []
    for name, function in sorted(settings.functions.items()):
        runs = {
            run.id: (run, cause.id)
            for cause in causes
            for run in cause.invocations
            if run.function == name
        }
        events = [run for run, _ in runs.values() if run.attempt == 1]
        last, cause = max(runs.values(), key=lambda each: each[0].time, default=(None, None))
        failure = last.failure if last else None
        configuration = stage.client("lambda").get_function_configuration(
            FunctionName=function.name
        )
        variables = configuration.get("Environment", {}).get("Variables", {})
        found.append(
            {
                "name": name,
                "state": state_of(Path(settings.root), name, failure, variables),
                "runs": len(events),
                "failed": sum(bool(run.failure or run.failed_items) for run in events),
                "last": last.time if last else None,
                "cause": cause,
                "failure": failure_line(failure).replace(f"{settings.root}/", "")
                if failure
                else None,
                "variables": variables,
                "memory": configuration.get("MemorySize"),
                "timeout": configuration.get("Timeout"),
            }
        )
    return found


def state_of(root: Path, function: str, failure: Failure | None, variables: dict[str, str]) -> str:
    """Return a function's state: it fails to import, is debugged, was edited, or is as deployed."""
    if failure and any(word in failure.type for word in _IMPORT):
        return "failed to import"
    if PORT_VARIABLE in variables:
        return "debugging"
    deployed = SETTINGS.stat().st_mtime
    folder = function.replace("-", "_")
    sources = [*handler_sources(root, folder), *(root / "images" / folder).glob("*.txt")]
    edited = any(path.stat().st_mtime > deployed for path in sources)
    return "edited" if edited else "as deployed"
