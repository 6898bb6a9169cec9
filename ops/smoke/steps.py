"""The steps of the smoke test: what is requested, and what must be the result."""

import re
import secrets
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace

from ops.smoke import graphql, upload
from ops.smoke.answers import came, expect
from ops.smoke.api import Answer, Api
from ops.smoke.errors import Failed
from ops.smoke.live import listen
from ops.smoke.routes import has
from ops.smoke.tables import Records

_ANSWER_OF_NOBODY = {"error": "User not found"}
USER_ID = re.compile(r"user_[0-9A-Z]{26}")
_PAUSE_SECONDS = 1
_FIGURES_SECONDS = 60

SINKS = {"ses": "simulator.amazonses.com", "sendgrid": "sink.sendgrid.net"}
"""By provider of e-mails, a domain that takes e-mails for tests."""


@dataclass(frozen=True, kw_only=True)
class Walk:
    """One user's creation, from the request to the welcome e-mail.

    Attributes:
        api: the API, with credentials.
        records: the tables behind it.
        ready_seconds: how long a new stack may answer with errors.
        email_seconds: how long the welcome e-mail may take; 0 waits for none.
        say: prints a line.
        sink: the domain of the address that the welcome e-mail goes to.
        graphql: the GraphQL API, with credentials; None if there is none, or it is not known.
    """

    api: Api
    records: Records
    ready_seconds: float
    email_seconds: float
    say: Callable[[str], None]
    sink: str = SINKS["ses"]
    graphql: Api | None = None

    def go(self) -> None:
        """Run every step, then delete what they created, whether or not they succeeded.

        The address is one at which the provider accepts every e-mail and counts no bounce: SES's
        mailbox simulator, or SendGrid's sink.
        https://docs.aws.amazon.com/ses/latest/dg/send-an-email-from-console.html

        Raises:
            Failed: a step does not have the expected result.
            SmokeError: AWS refuses a request, or what was created cannot be deleted. What failed
                before is among its contexts.
        """
        tag = secrets.token_hex(8)
        body = {"name": "Smoke Test", "email": f"success+smoke-{tag}@{self.sink}"}
        key = f"smoke-{tag}"
        with self._step("the API answers"):
            self._wait_until_ready(body)
        if self.api.access:
            with self._step("callers without credentials get nothing"):
                self._expect_closed()
        with self._step("a request without an address is refused"):
            expect(self.api("POST", "/users", {"name": body["name"]}), 400)
        user_id: str | None = None
        try:
            with self._step("a user is created"):
                created = self._create(body, key)
                user_id = created["id"]
            with self._step("the same request again gets the same answer"):
                again = expect(self._post(body, key), 201)
                if again.body != {"message": again.body.get("message"), "user": created}:
                    raise Failed(f"expected user {user_id} again; {came(again)}")
            with self._step("the address is taken"):
                expect(self.api("POST", "/users", body), 409)
            if has("GET", "/users/{id}"):
                with self._step("the user is found"):
                    found = expect(self.api("GET", f"/users/{user_id}"), 200)
                    if found.body != created:
                        raise Failed(f"expected user {user_id} as created; {came(found)}")
            if self.records.uploads_table and has("GET", "/users/{id}/uploads/{upload}"):
                with self._step("a file is uploaded and processed"):
                    upload.go(self.api, self.records, created["id"], seconds=self.ready_seconds)
            if has("GET", "/erasures/{id}"):
                with self._step("erasures can be asked for"):
                    self._ask_for_erasures()
            if has("GET", "/activity"):
                with self._step("the figures of the day count users"):
                    self._wait_for_figures(created["created"][:10])
            if has("POST", "/tickets"):
                with self._step("live push answers"):
                    listen(self.api, created["id"])
            if self.graphql:
                with self._step("GraphQL finds the user"):
                    graphql.ask(self.graphql, created)
            if self.email_seconds:
                with self._step("the welcome e-mail is sent"):
                    self._wait_for_welcome(created["id"])
        finally:
            with self._step("what the test created is deleted"):
                self.records.delete(user_id=user_id, email=body["email"], idempotency_key=key)
        if has("GET", "/users/{id}"):
            with self._step("the user is gone"):
                expect(self.api("GET", f"/users/{user_id}"), 404, _ANSWER_OF_NOBODY)

    @contextmanager
    def _step(self, what: str) -> Iterator[None]:
        began = time.monotonic()
        try:
            yield
        except BaseException:
            self.say(f"FAILED  {what}")
            raise
        self.say(f"ok      {what} ({1_000 * (time.monotonic() - began):.0f} ms)")

    def _post(self, body: Mapping[str, str], key: str) -> Answer:
        return self.api("POST", "/users", body, {"Idempotency-Key": key})

    def _create(self, body: Mapping[str, str], key: str) -> dict[str, str]:
        answer = expect(self._post(body, key), 201)
        match answer.body:
            case {"user": {"id": str(user_id), "name": str(), "email": str(), "created": str()}}:
                user: dict[str, str] = answer.body["user"]
                sent = {name: user[name] for name in body}
                if USER_ID.fullmatch(user_id) and sent == body:
                    return user
        raise Failed(f"expected the user, with an id; {came(answer)}")

    def _ask_for_erasures(self) -> None:
        """Call the functions of erasures, without starting an erasure."""
        expect(self.api("DELETE", "/users/nobody"), 404, _ANSWER_OF_NOBODY)
        expect(self.api("GET", "/erasures/nothing"), 404, {"error": "Erasure not found"})

    def _wait_for_figures(self, day: str) -> None:
        """Wait until the day on which the user was created has one in its figures."""
        path = f"/activity?from={day}&to={day}"
        deadline = time.monotonic() + _FIGURES_SECONDS
        while not expect(self.api("GET", path), 200).body["days"][0]["created"]:
            if time.monotonic() > deadline:
                raise Failed(
                    f"no user of {day} counts after {_FIGURES_SECONDS} s. The function that reads "
                    "the ledger's stream logs why"
                )
            time.sleep(_PAUSE_SECONDS)

    def _wait_until_ready(self, body: Mapping[str, str]) -> None:
        """Wait for the functions of users, with requests that create nothing."""
        deadline = time.monotonic() + self.ready_seconds
        # The gateway accepts the body, and the function refuses a key that contains a space.
        answer = self._answer_by(deadline, lambda: self._post(body, "not a key"))
        if answer.status in (401, 403):
            given = "the credentials are refused" if self.api.access else "credentials are missing"
            raise Failed(f"{given}; {came(answer)}. See app smoke --help")
        expect(answer, 400)
        if has("GET", "/users/{id}"):
            found = self._answer_by(deadline, lambda: self.api("GET", "/users/nobody"))
            expect(found, 404, _ANSWER_OF_NOBODY)

    def _answer_by(self, deadline: float, ask: Callable[[], Answer]) -> Answer:
        while (answer := ask()).status >= 500:
            if time.monotonic() > deadline:
                raise Failed(f"still no answer after {self.ready_seconds:g} s; {came(answer)}")
            time.sleep(_PAUSE_SECONDS)
        return answer

    def _expect_closed(self) -> None:
        stranger = replace(self.api, access={})
        # An open API would refuse these requests too, so they create nothing.
        answers = [stranger("POST", "/users", {})]
        if has("GET", "/users/{id}"):
            answers.append(stranger("GET", "/users/nobody"))
        for answer in answers:
            if answer.status not in (401, 403):
                raise Failed(f"expected 401 or 403; {came(answer)}")

    def _wait_for_welcome(self, user_id: str) -> None:
        deadline = time.monotonic() + self.email_seconds
        while not self.records.welcomed(user_id):
            if time.monotonic() > deadline:
                raise Failed(
                    f"not within {self.email_seconds:g} s. Has the provider verified the sender, "
                    "and has the secret its key? The log of the function that sends it says why it "
                    "sends nothing. To skip this step: --email-seconds 0"
                )
            time.sleep(_PAUSE_SECONDS)
