"""The interface of every mailer, and the errors that mean that an e-mail was not sent.

    NotSent
    ├── Rejected     the provider refuses this message, and would refuse it again
    ├── Throttled    too many e-mails at once; a later attempt may succeed
    ├── Unreachable  there was no connection, or the provider is down; a later attempt may succeed
    └── Paused       first the account, the sender, the key or the permissions must be corrected

After any other error (no answer, for example) the e-mail may have been sent.
"""

from collections.abc import Callable
from typing import Protocol

from handlers.runtime import deadline
from handlers.send_email.render import Rendered

_PAUSES_SECONDS = (0.5, 1, 2)
"""SES limits e-mails per second, so these pauses slow a flood down to the allowed rate."""


class NotSent(Exception):
    """The provider did not accept the e-mail. The text is a code or a type, never a message."""


class Rejected(NotSent):
    """The provider refuses this message, and would refuse it again."""


class Throttled(NotSent):
    """Too many e-mails at once. ``seconds``: how long to wait, if the provider says so."""

    def __init__(self, code: str = "", *, seconds: float = 0) -> None:
        super().__init__(code)
        self.seconds = seconds


class Unreachable(NotSent):
    """There was no connection to the provider, or the provider is down."""


class Paused(NotSent):
    """No e-mail can be sent at present: the fault is the account's, not the message's."""


class Mailer(Protocol):
    """Sends e-mails."""

    def send(self, to: str, content: Rendered) -> None:
        """Send one e-mail as text and HTML, with the trace.

        Raises:
            Rejected, Throttled, Unreachable, Paused: not sent; see the module's docstring.
            deadline.OutOfTime: not sent; there is too little time left to try.
            Exception: any other error: perhaps sent.
        """


def patiently(send: Callable[[], None], sleep: Callable[[float], None]) -> None:
    """Send; while the provider throttles, wait and send again, three times at most.

    Raises:
        Throttled: also at once, if the provider asks for a longer wait than the next one.
    """
    for pause in _PAUSES_SECONDS:
        try:
            return send()
        except Throttled as error:
            if error.seconds > pause:
                raise
            sleep(deadline.jittered(pause))
    return send()
