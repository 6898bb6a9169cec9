"""Runs one soak: send under faults, wait until the system rests, account."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from checks.chaos.proxy import Proxy, host_of_functions
from checks.chaos.soak import time_lapse
from checks.chaos.soak.account import account
from checks.chaos.soak.books import Books
from checks.chaos.soak.caller import Caller
from checks.chaos.soak.events import Events
from checks.chaos.soak.evidence import gather
from checks.chaos.soak.further import further
from checks.chaos.soak.graphql import GraphQLCaller
from checks.chaos.soak.inputs import Input, Inputs
from checks.chaos.soak.listeners import Listeners
from checks.chaos.soak.schedules import schedules
from checks.chaos.soak.senders import Senders
from checks.chaos.soak.table import Account
from checks.chaos.soak.target import Target
from checks.chaos.soak.weather import Weather
from local import cloud as local_cloud
from local import kills
from local.aws import AwsError
from local.cloud import Cloud
from local.emulator import free_port

_SENDERS = 12
_MOST_WAITING = 300  # messages on the queue, before the senders pause
_LAST_WORDS_SECONDS = 60  # for who asks again what became of an upload
_QUIET_SECONDS = 5  # without a call of AWS, nothing is being worked on


@dataclass(kw_only=True)
class Soak:
    """A running system and the books of what is sent to it.

    Attributes:
        cloud: the system.
        inputs: what is sent.
        functions: passes on the functions' calls to AWS.
        callers: passes on the calls of the API.
        caller: calls the API by it.
        listeners: hear of uploads.
        delays: the messages that functions have put off.
        injected: faults by kind, and kills as ``kill``, so far.
        sent: how many inputs, those included that only repeat what was sent before.
        calls: of the API, and of AWS by functions, while things failed.
    """

    cloud: Cloud
    inputs: Inputs
    functions: Proxy
    callers: Proxy
    delays: time_lapse.Delays
    caller: Caller
    listeners: Listeners
    books: Books = field(default_factory=Books)
    injected: Counter[str] = field(default_factory=Counter)
    sent: int = 0
    calls: int = 0

    def _graphql(self) -> Caller | None:
        outputs = self.cloud.outputs
        if "graphql_url" not in outputs:
            return None
        return GraphQLCaller(outputs["graphql_url"], self.callers.port, outputs["graphql_api_key"])

    def send(
        self,
        messages: int,
        weather: Weather,
        *,
        seconds: float,
        progress: Callable[[int, int], None] = lambda _sent, _waiting: None,
    ) -> str:
        """Send inputs until all are sent, the time is up, or Ctrl-C is pressed.

        Args:
            messages: how many.
            weather: what goes wrong meanwhile.
            seconds: for how long at most.
            progress: is called twice a second with the numbers of inputs sent and messages waiting.

        Returns:
            Why it ended.
        """
        senders = Senders(
            inputs=self.inputs,
            books=self.books,
            caller=self.caller,
            target=Target(self.cloud),
            events=Events(self.cloud),
            listeners=self.listeners,
            graphql=self._graphql(),
        )
        numbers = iter(range(messages))
        flow, over, lock = threading.Event(), threading.Event(), threading.Lock()
        reason = "all was sent"

        def work() -> None:
            while not over.is_set():
                flow.wait(1)
                with lock:
                    number = next(numbers, None)
                    if number is None:
                        return
                    self.sent += 1
                    if victim := weather.victim(self.inputs, number):
                        self.injected["kill"] += bool(kills.kill(self.cloud, victim))
                self._one(senders, self.inputs[number])

        seed = self.inputs.seed
        with (
            self.functions.inject(weather.plan(seed)) as inner,
            self.callers.inject(weather.plan(seed + 1)) as outer,
            ThreadPoolExecutor(_SENDERS) as threads,
        ):
            working = [threads.submit(work) for _ in range(_SENDERS)]
            end = time.monotonic() + seconds
            try:
                while not all(one.done() for one in working):
                    waiting = self._waiting()
                    (flow.set if waiting < _MOST_WAITING else flow.clear)()
                    progress(self.sent, waiting)
                    if time.monotonic() > end and not over.is_set():
                        over.set()
                        reason = f"{seconds:.0f} s were over"
                    time.sleep(0.5)
            except KeyboardInterrupt:
                reason = "it was interrupted"
            finally:
                over.set()
                flow.set()
            for one in working:
                one.result()
        for tally in (inner, outer):
            self.injected.update({str(kind): count for kind, count in tally.injected.items()})
            self.calls += sum(tally.calls.values())
        return reason

    def settle(self, *, seconds: float) -> None:
        """Skip waiting times, without faults, until nothing waits or the time is up."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self._rest(end)
            pending = time_lapse.pending(self.cloud)
            if not pending and not self._waiting(hidden=True) and self._settled():
                return
            time_lapse.end_leases(self.cloud)
            self.delays.end(self.cloud)
            if pending:
                time_lapse.pass_time(self.cloud)

    def account(self) -> Account:
        """Compare inputs and effects; call it once, at the end."""
        details: dict[str, list[str]] = {function: [] for function in schedules()}
        for number, detail in self.books.details.items():
            if (kind := self.inputs[number].kind) in details:
                details[kind].append(detail)
        self.listeners.end(seconds=_LAST_WORDS_SECONDS)
        evidence = gather(self.cloud, details, self.listeners)
        found = account(self.books, self.inputs, evidence, uncertain=bool(self.injected))
        return replace(found, rows=[*found.rows, *(each.row(self.cloud) for each in further())])

    def _settled(self) -> bool:
        return all(not each.row(self.cloud).balance.violations for each in further())

    def _one(self, senders: Senders, item: Input) -> None:
        try:
            senders.send(item)
        except AwsError:
            self.books.leave(item)

    def _rest(self, end: float) -> None:
        """Wait until functions have made no AWS call for some seconds."""
        calls, since = -1, time.monotonic()
        while time.monotonic() - since < _QUIET_SECONDS and time.monotonic() < end:
            if (now := sum(self.functions.tally.calls.values())) != calls:
                calls, since = now, time.monotonic()
            time.sleep(0.2)

    def _waiting(self, *, hidden: bool = False) -> int:
        names = ["ApproximateNumberOfMessages"]
        names += ["ApproximateNumberOfMessagesNotVisible"] if hidden else []
        answer = self.cloud.client("sqs").get_queue_attributes(
            QueueUrl=self.cloud.outputs["sqs_queue_url"], AttributeNames=names
        )
        return sum(int(count) for count in answer["Attributes"].values())


@contextmanager
def running(
    *, seed: int, visibility_seconds: int, docker: bool = False, email_provider: str = "ses"
) -> Iterator[Soak]:
    """Start a local cloud with a proxy on each side of the functions.

    Args:
        seed: decides what is sent and what fails.
        visibility_seconds: time after which the messages of a killed function are delivered again.
            With the program's own three minutes, the soak would only wait longer. With less than
            the function's time limit, messages are delivered again while they are processed.
        docker: whether functions run as containers of their images.
        email_provider: who takes the e-mails.
    """
    email = {"sender": "no-reply@example.com", "batchWindowSeconds": 0, "provider": email_provider}
    port, delays = free_port(), time_lapse.Delays()
    with (
        Proxy(port, host=host_of_functions(docker=docker), watch=delays.watch) as functions,
        Proxy(port) as callers,
        local_cloud.start(
            port=port,
            functions_port=functions.port,
            docker=docker,
            config_overrides={"email": email},
        ) as cloud,
    ):
        cloud.client("sqs").set_queue_attributes(
            QueueUrl=cloud.outputs["sqs_queue_url"],
            Attributes={"VisibilityTimeout": str(visibility_seconds)},
        )
        caller = Caller(cloud.outputs["api_gateway_url"], callers.port)
        yield Soak(
            cloud=cloud,
            inputs=Inputs(seed),
            functions=functions,
            callers=callers,
            delays=delays,
            caller=caller,
            listeners=Listeners(caller=caller),
        )
