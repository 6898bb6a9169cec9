"""Remembers which request led to what, and makes causes of the requests that a person sent."""

from collections import OrderedDict

from local.history import calls, forms, graphql, payload
from local.history.facts import Exchange, Linked, Origin
from local.history.items import Begun
from local.history.live_cause import LiveCause, Run
from local.history.program import Program
from ops.events.model import Call, Cause, CauseKind, Outcome

_MOST_CAUSES = 500
_MOST_LINKS = 10_000
_MOST_UNPLACED = 200
_MOST_SIGNED = 5_000
_API = "/_aws/execute-api/"
_KINDS: dict[str, CauseKind] = {"s3": "upload", "sqs": "message", "dynamodb": "write"}
_VERBS = {"sqs": "Message to", "lambda": "Invoke"}
_OK, _REFUSED, _SERVER_ERROR = 200, 400, 500


class Origins:
    """Requests by their keys, and what they put where a trigger finds it."""

    def __init__(self) -> None:
        self._items: OrderedDict[str, Linked] = OrderedDict()
        self._causes: OrderedDict[tuple[str, str | None], LiveCause] = OrderedDict()
        self._by_key: dict[str, list[LiveCause]] = {}
        self._exchanges: OrderedDict[str, Exchange] = OrderedDict()
        """Calls of a person: they are causes only if something follows from them."""
        self._signed: OrderedDict[str, str] = OrderedDict()
        """By the signature of a URL or a form, the request whose answer held it."""

    def link(self, fact: Linked) -> None:
        """Remember what a request put into which place."""
        self._items[fact.item] = fact
        while len(self._items) > _MOST_LINKS:
            self._items.popitem(last=False)

    def of_item(self, item: str) -> Origin | None:
        """Return the request that put an item where it was found."""
        linked = self._items.get(item)
        return linked.origin if linked else None

    def text_of(self, item: str) -> str:
        """Return what an item is about."""
        linked = self._items.get(item)
        return linked.text if linked else ""

    def cause(
        self, origin: Origin, new: Begun, program: Program, item: str | None = None
    ) -> LiveCause:
        """Return the cause that a person's request is; a batch of messages is one for each."""
        found = self._causes.get((origin.key, item))
        if found is None:
            found = LiveCause(Cause(new.id, new.kind, new.title, origin.time))
            if origin.schedule:
                found.answered = "ok"  # nobody waits for an answer
            self._remember(origin.key, item, found)
            if exchange := self._exchanges.pop(origin.key, None):
                self._describe(found, exchange, program)
                self._exchanges[origin.key] = exchange  # for the other messages of a batch
        return found

    def known(self, origin: Origin, item: str) -> list[LiveCause]:
        """Return the cause that a request is for an item, if something followed from it."""
        found = self._causes.get((origin.key, item)) or self._causes.get((origin.key, None))
        return [found] if found else []

    def out_of_nowhere(self, run: Run) -> LiveCause:
        """Return a new cause for an invocation of which nobody knows what began it."""
        live = LiveCause(Cause(run.id, "invoke", run.function, run.time), answered="ok")
        self._remember(run.id, None, live)
        return live

    def unknown(self, item: str, time: float, new: Begun, program: Program) -> LiveCause:
        """Return a new cause for an item that was there before the recording began."""
        origin = Origin(item, time)
        self.link(Linked(item, origin))
        live = self.cause(origin, new, program, item)
        live.answered = "ok"
        return live

    def answer(self, exchange: Exchange, program: Program) -> list[LiveCause]:
        """Process the answer to a person's request; return the causes that it changes."""
        key = exchange.origin.key
        found = self._by_key.get(key, [])
        if exchange.origin.api and not found:  # refused before a function ran
            id_ = exchange.answer_headers.get("x-amzn-requestid", key)
            found = [LiveCause(Cause(id_, "request", "", exchange.origin.time))]
            self._remember(key, None, found[0])
        for live in found:
            self._describe(live, exchange, program)
        if exchange.origin.api:
            for signature in forms.signatures(exchange.answer) if found else ():
                self._signed[signature] = found[0].cause.id
            while len(self._signed) > _MOST_SIGNED:
                self._signed.popitem(last=False)
        else:
            self._exchanges[key] = exchange
            while len(self._exchanges) > _MOST_UNPLACED:
                self._exchanges.popitem(last=False)
        return found

    def _describe(self, live: LiveCause, exchange: Exchange, program: Program) -> None:
        """Fill in what was asked and answered."""
        cause = live.cause
        if exchange.origin.api:
            _describe_request(cause, exchange)
            rest = exchange.path.startswith(_API) or exchange.status != _OK
            live.answered = _outcome(exchange.status if rest else graphql.status(exchange.answer))
            return
        call = calls.call_of(exchange, program)
        cause.input, cause.answer = call.input, call.answer
        cause.signed_by = self._signed.get(calls.signature_of(exchange) or "")
        live.answered = "ok"
        if cause.kind != "schedule":
            cause.kind = _KINDS.get(call.service, "invoke")
            cause.title = _title(call)

    def _remember(self, key: str, item: str | None, live: LiveCause) -> None:
        self._causes[key, item] = live
        self._by_key.setdefault(key, []).append(live)
        while len(self._causes) > _MOST_CAUSES:
            (old, _), _ = self._causes.popitem(last=False)
            self._by_key.pop(old, None)


def _describe_request(cause: Cause, exchange: Exchange) -> None:
    content = exchange.headers.get("content-type", "")
    if exchange.path.startswith(_API):
        _, _, path = exchange.path.removeprefix(_API).partition("/")
        path = f"/{path.partition('/')[2]}"
        cause.title = f"{exchange.method} {path}"
    else:
        path = graphql.PATH
        cause.title = graphql.title(exchange.method, exchange.body)
    cause.input = {
        "method": exchange.method,
        "path": path,
        "query": exchange.query,
        "headers": payload.safe_headers(exchange.headers),
        "body": payload.of_body(exchange.body, exchange.size, content),
    }
    got = exchange.answer_headers.get("content-type", "")
    cause.answer = {
        "status": exchange.status,
        "headers": payload.safe_headers(exchange.answer_headers),
        "body": payload.of_body(exchange.answer, exchange.answer_size, got),
    }
    cause.duration_ms = round((exchange.ended - exchange.origin.time) * 1000, 2)


def _title(call: Call) -> str:
    resource = call.resource or ""
    match call.service:
        case "s3":
            return f"Upload of {resource.partition('/')[2]}"
        case "dynamodb":
            return f"{call.operation} to {resource}"
    return f"{_VERBS.get(call.service, call.operation)} {resource}"


def _outcome(status: int) -> Outcome:
    if status >= _SERVER_ERROR:
        return "failed"
    return "rejected" if status >= _REFUSED else "ok"
