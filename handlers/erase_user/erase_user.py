"""The steps of an erasure that are quickly done. Each may be repeated.

Outcomes, one for each step: ``welcome_stopped`` or ``welcome_busy``, ``anonymised``, ``deleted``,
``confirmed``, ``done``.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from handlers.domain.email_message import notification_entry
from handlers.domain.erasure_store import ErasureStore, Stored
from handlers.domain.ledger import AlreadyDone, Busy, Ledger
from handlers.erase_user.traces import Traces
from handlers.runtime.log import outcome

_LEASE_SECONDS = 60


class UnknownStep(Exception):
    """The state machine's definition names a step that does not exist."""


@dataclass(frozen=True, kw_only=True)
class Steps:
    """The steps, and what they work on.

    Attributes:
        erasures: keep how far the erasure is.
        ledger: makes each e-mail go out once, or not at all.
        traces: the tables of users and the ledger.
        sqs: botocore's SQS client.
        queue_url: the e-mail queue's.
    """

    erasures: ErasureStore
    ledger: Ledger
    traces: Traces
    sqs: Any
    queue_url: str

    def run(self, step: str, erasure_id: str) -> dict[str, bool]:
        """Run one step.

        Returns:
            ``busy``: whether the step must be asked for again later.

        Raises:
            UnknownStep: see there.
            LookupError: there is no such erasure.
        """
        steps: Mapping[str, Callable[[Stored], str]] = {
            "stop-welcome": self._stop_welcome,
            "anonymise": self._anonymise,
            "delete": self._delete,
            "confirm": self._confirm,
            "finish": self._finish,
        }
        if step not in steps:
            raise UnknownStep(f"no step of this name; there are {', '.join(steps)}")
        name = steps[step](self.erasures.read(erasure_id))
        outcome(name, erasure_id=erasure_id)
        return {"busy": name == "welcome_busy"}

    def _stop_welcome(self, erasure: Stored) -> str:
        """Prevent the welcome, whether its message is in the queue or the sweep queues it later."""
        try:
            claim = self.ledger.claim(
                f"email#{erasure.user}", owner=erasure.id, lease_seconds=_LEASE_SECONDS
            )
        except AlreadyDone:
            return "welcome_stopped"
        except Busy:  # it is being sent right now
            return "welcome_busy"
        self.ledger.settle(claim)
        return "welcome_stopped"

    def _anonymise(self, erasure: Stored) -> str:
        self.traces.anonymise(erasure.user)
        return "anonymised"

    def _delete(self, erasure: Stored) -> str:
        self.traces.delete(erasure.user, erasure.id)
        return "deleted"

    def _confirm(self, erasure: Stored) -> str:
        """Queue the confirmation, then forget the address."""
        if erasure.confirm_to is not None:
            message = notification_entry(
                to=erasure.confirm_to,
                subject="Your account was deleted",
                body="Your account and all your files were deleted. This is the last e-mail that "
                "we send you.",
                once=erasure.id,
            )
            self.sqs.send_message(QueueUrl=self.queue_url, **message)
            self.erasures.confirmed(erasure.id)
        return "confirmed"

    def _finish(self, erasure: Stored) -> str:
        self.erasures.finish(erasure.id)
        return "done"
