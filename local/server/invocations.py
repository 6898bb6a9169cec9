"""Follows the invocations inside the emulator (ministack 1.5.33), by wrapping its own functions.

Queues, streams, S3 and schedules invoke functions inside the emulator, without a request. Each
wrapper calls the function that it replaces, with the same arguments, and returns its result; it
reports before or after. The emulator looks all of these functions up in their modules at each
call, which is why replacing them there is enough.
"""

import time
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from ministack.core import lambda_runtime  # type: ignore[import-untyped]
from ministack.services import eventbridge, lambda_svc  # type: ignore[import-untyped]

from local.debugger import START
from local.history.facts import Began, Ended, Fact
from local.server.harmless import harmless
from local.server.tap import Tap, current, new_origin, trace_of

Report = Callable[[Fact], None]


@dataclass
class _Running:
    run: str
    cold: bool | None = None


_running: ContextVar[_Running | None] = ContextVar("recorded_invocation", default=None)


def follow(report: Report, tap: Tap) -> None:
    """Wrap the emulator's functions."""
    _invocations(report)
    _environments(tap)
    _schedules()


def _invocations(report: Report) -> None:
    """Report each run of a function, whatever invoked it and wherever it runs."""
    dispatch = lambda_svc._execute_function_dispatch

    def recorded(func: Any, config: Any, event: Any, request_id: str, started: float) -> Any:
        if event == START:
            return dispatch(func, config, event, request_id, started)
        running = _Running(request_id)
        with harmless():
            variables = (config.get("Environment") or {}).get("Variables") or {}
            name = config.get("FunctionName", "")
            report(Began(request_id, name, started, event, current.get(), variables))
        token = _running.set(running)
        result: dict[str, Any] = {"error": True}
        try:
            result = dispatch(func, config, event, request_id, started)
        finally:
            _running.reset(token)
            report(Ended(request_id, time.time(), result, running.cold))
        return result

    lambda_svc._execute_function_dispatch = recorded


def _environments(tap: Tap) -> None:
    """Set a trace id that leads back to each invocation; learn whether it was a cold start.

    Containers get no trace id: their runtime interface emulator passes none on. One container runs
    one invocation at a time, so its address tells.
    """
    trace_id, invoke = lambda_svc._xray_trace_id_for_invocation, lambda_runtime.Worker.invoke
    spawn, invoke_rie = lambda_svc._spawn_lambda_container, lambda_svc._invoke_rie

    def traced(config: Any, inbound_trace_header: str | None = None) -> Any:
        running = _running.get()
        return trace_of(running.run) if running else trace_id(config, inbound_trace_header)

    def in_worker(worker: Any, *given: Any, **more: Any) -> Any:
        result = invoke(worker, *given, **more)
        with harmless():
            _was_cold(bool(result.get("cold_start")))
        return result

    def spawned(*given: Any, **more: Any) -> Any:
        _was_cold(True)
        return spawn(*given, **more)

    def in_container(container: Any, *given: Any, **more: Any) -> Any:
        addresses: list[str] = []
        with harmless():
            addresses, running = _addresses(container), _running.get()
            if running:
                running.cold = bool(running.cold)
                tap.containers.update(dict.fromkeys(addresses, running.run))
        try:
            return invoke_rie(container, *given, **more)
        finally:
            for address in addresses:
                tap.containers.pop(address, None)

    lambda_svc._xray_trace_id_for_invocation = traced
    lambda_runtime.Worker.invoke = in_worker
    lambda_svc._spawn_lambda_container = spawned
    lambda_svc._invoke_rie = in_container


def _was_cold(cold: bool) -> None:
    if running := _running.get():
        running.cold = cold


def _addresses(container: Any) -> list[str]:
    for attempt in range(2):
        networks = container.attrs.get("NetworkSettings", {}).get("Networks", {})
        found = [network["IPAddress"] for network in networks.values() if network.get("IPAddress")]
        if found or attempt:
            return found
        container.reload()  # it had no address yet
    return []


def _schedules() -> None:
    """Let a schedule that fires be the origin of its invocation, and of the further attempts."""
    invoke_target = eventbridge._invoke_target

    def fired(target: Any, event: Any, rule: Any, *more: Any) -> Any:
        origin = current.get()
        with harmless():
            if origin is None and rule.get("ScheduleExpression"):
                origin = new_origin(schedule=rule["Name"])
        token = current.set(origin)
        try:
            return invoke_target(target, event, rule, *more)
        finally:
            current.reset(token)

    eventbridge._invoke_target = fired
