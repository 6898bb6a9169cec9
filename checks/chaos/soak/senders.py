"""Sends one input by its trigger, and records the response."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from checks.chaos.soak.books import Books
from checks.chaos.soak.caller import Caller
from checks.chaos.soak.events import Events
from checks.chaos.soak.files import md5
from checks.chaos.soak.forms import Upload
from checks.chaos.soak.inputs import Input, Inputs, Kind, Variant
from checks.chaos.soak.listeners import Listeners
from checks.chaos.soak.target import Target

_NOBODY = "user_01ARZ3NDEKTSV4RRFFQ69G5FAV"
_CREATED = 201
_ACCEPTED = 202
_OK = 200
_NOT_FOUND = 404
_CLIENT_ERRORS = range(400, 500)
_UPLOADS_AT_ONCE = 4  # S3 invokes the function for each, however many run already


@dataclass(frozen=True, kw_only=True)
class Senders:
    """Sends inputs; threads may share it.

    Attributes:
        graphql: sends what goes to the GraphQL API, if there is one.
    """

    inputs: Inputs
    books: Books
    caller: Caller
    target: Target
    events: Events
    listeners: Listeners
    graphql: Caller | None = None
    uploading: threading.Semaphore = field(
        default_factory=lambda: threading.Semaphore(_UPLOADS_AT_ONCE)
    )

    def send(self, item: Input) -> None:
        """Send an input.

        Raises:
            AwsError: the emulator did not serve the sender, although no fault was injected there.
        """
        ways: dict[str, Callable[[Input], None]] = {
            Kind.CREATE: self._create,
            Kind.CREATE_USER: self._create,
            Kind.READ: self._read,
            Kind.ERASE: self._erase,
            Kind.MESSAGE: self._message,
            Kind.EVENT: self._event,
            Kind.UPLOAD: self._upload,
            Kind.FORM: self._form,
            Kind.REQUEST_UPLOAD: self._form,
            Kind.LIVE: self._form,
        }
        ways.get(item.kind, self._schedule)(item)

    def _create(self, item: Input) -> None:
        self.books.send(item)
        key = f"soak-{item.number}" if item.variant is Variant.KEYED else None
        caller = self._caller(item)
        answer = caller("POST", "/users", self.inputs.request(item), key)
        if answer.status == _CREATED:
            self.books.accept(item, answer.body["user"]["id"])
        elif answer.status in _CLIENT_ERRORS and not answer.doubtful:
            self.books.refuse(item)
        else:  # after a lost answer, 409 may mean the caller's own user
            self.books.leave(item)

    def _caller(self, item: Input) -> Caller:
        by_graphql = self.inputs.by_graphql(item.number)
        return self.graphql if self.graphql and by_graphql else self.caller

    def _read(self, item: Input) -> None:
        self.books.send(item)
        user_id = self.books.details.get(self.inputs.earlier(item.number, Kind.CREATE))
        wanted = user_id or _NOBODY
        answer = self.caller("GET", f"/users/{wanted}")
        found = answer.status == _OK and answer.body["id"] == wanted
        if found if user_id else answer.status == _NOT_FOUND:
            self.books.accept(item, wanted)
        elif answer.status not in (_OK, _NOT_FOUND):
            self.books.refuse(item)

    def _erase(self, item: Input) -> None:
        """Create a user, and have them erased while the welcome is on its way."""
        self.books.send(item)
        key = f"soak-{item.number}"
        created = self.caller("POST", "/users", self.inputs.request(item), key)
        if created.status != _CREATED:
            self.books.leave(item)
            return
        user_id = created.body["user"]["id"]
        if self.caller("DELETE", f"/users/{user_id}").status == _ACCEPTED:
            self.books.accept(item, user_id)
        else:
            self.books.leave(item)

    def _message(self, item: Input) -> None:
        if item.variant is Variant.COPY:
            if user_id := self.books.details.get(item.slot):
                self.target.send_welcome(user_id, self.inputs.address(item.slot))
                self.books.repeat()
            return
        self.books.send(item, payload=self.inputs.message_md5(item))
        self.target.send_message(self.inputs.message(item))

    def _event(self, item: Input) -> None:
        self.books.send(item)
        body = self.inputs.message(item)
        if self.events.deliver(body, copies=2, dice=self.inputs.random(item.number, "event")):
            self.books.accept(item, "delivered")
        else:
            self.books.leave(item)
        self.books.repeat()

    def _upload(self, item: Input) -> None:
        file = self.inputs.file(item)
        with self.uploading:
            if item.variant is Variant.COPY:
                if version := self.books.details.get(item.slot):
                    self.events.repeat_upload(file.key, version)
                    self.books.repeat()
                return
            self.books.send(item, payload=file.md5)
            self.books.accept(item, self.target.upload(file.key, file.content))
            self.events.wait_for_upload(file.key)

    def _form(self, item: Input) -> None:
        """Request a form, twice if it has a key; upload by it, and ask what became of the file.

        A caller who follows the upload subscribes to it before the file is sent.
        """
        content = self.inputs.text(item)
        self.books.send(item, payload=md5(content))
        user_id = self.books.details.get(self.inputs.earlier(item.number, Kind.CREATE))
        path, body = f"/users/{user_id or _NOBODY}/uploads", self.inputs.announcement(item)
        key = f"soak-{item.number}" if item.variant is Variant.KEYED else None
        caller = self._caller(item)
        answer = caller("POST", path, body, key)
        if key and answer.status == _CREATED:
            self.books.repeat()
            again = self.caller("POST", path, body, key)  # by REST: both share their keys
            answer = again if again.status == _CREATED else answer
        if answer.status == _CREATED:
            upload_id, form = answer.body["upload"]["id"], answer.body["form"]
            if item.kind == Kind.LIVE and user_id:
                self.listeners.follow(item.number, user_id, upload_id)
            with self.uploading:
                upload = Upload(upload_id, form["fields"]["key"], self.target.send(form, content))
                self.events.wait_for_upload(upload.key)
            if self.caller("GET", f"{path}/{upload_id}").status != _NOT_FOUND:
                self.books.accept(item, str(upload))
        elif answer.status in _CLIENT_ERRORS:
            self.books.refuse(item)
        else:
            self.books.leave(item)

    def _schedule(self, item: Input) -> None:
        self.books.send(item)
        event, detail = self.target.prepare(item.kind, item.number, item.slot)
        self.books.accept(item, detail)
        self.target.schedule(item.kind, {**event, "soak": item.number})
