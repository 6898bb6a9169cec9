"""A GET's answer has a tag; a caller who sends it back gets 304, and nobody else does."""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.runtime import http
from handlers.runtime.conditional import etag
from tests.support import samples

ORIGIN = "https://app.example.com"
PERSON = {"claims": {"sub": "ada", "client_id": "web"}}


def get() -> http.Event:
    return samples.request(httpMethod="GET")


def serve(
    *tags: str,
    method: str = "GET",
    status: int = 200,
    says: str = "hello",
    authorizer: Any = None,
    headers: dict[str, str] | None = None,
) -> http.Response:
    event = get()
    event["httpMethod"] = method
    event["requestContext"]["authorizer"] = authorizer
    event["multiValueHeaders"] = {"if-none-match": list(tags), "Origin": [ORIGIN]}
    event["headers"] = {"if-none-match": tags[-1] if tags else "", "Origin": ORIGIN}
    return http.serve(
        event,
        lambda: http.respond(status, http.Error(says), headers=headers),
        failed="",
        cors_origins=ORIGIN,
    )


TAG = serve()["headers"]["ETag"]
STRONG = TAG.removeprefix("W/")


def test_an_answer_may_be_stored_by_its_caller_alone_and_is_asked_about() -> None:
    assert re.fullmatch('W/"[0-9a-f]{32}"', TAG)
    headers = serve()["headers"]
    assert headers["Cache-Control"] == "private, no-cache"
    assert headers["Vary"] == "Authorization, Origin, X-Api-Key"
    assert "ETag" in headers["Access-Control-Expose-Headers"]


def test_who_has_the_answer_gets_304_with_the_headers_of_200_and_no_content() -> None:
    """RFC 9110, section 15.4.5."""
    full, answer = serve(), serve(TAG)
    del full["headers"]["Content-Type"]  # of content that is not sent
    assert answer == {**full, "statusCode": 304, "body": ""}
    assert answer["headers"]["Access-Control-Allow-Origin"] == ORIGIN


@pytest.mark.parametrize(
    "tags",
    [
        [STRONG],  # a proxy may change a weak tag to a strong one
        ["*"],
        [" * "],
        [f'"a", {TAG}'],
        [f'"a",{STRONG}, W/"b"'],
        [f'"a,b" , {TAG} ,'],
        [TAG, '"a"'],  # two lines, of which `headers` has only the last one
    ],
)
def test_a_list_of_tags_is_searched_by_weak_comparison(tags: list[str]) -> None:
    assert serve(*tags)["statusCode"] == 304


@pytest.mark.parametrize(
    "tags",
    [
        [],
        [""],
        ['"a"'],
        [TAG[:-1]],
        [STRONG.strip('"')],
        [f'"x{STRONG[1:]}'],
        [f'{STRONG[:-1]}x"'],
        ['"*"'],
        ["*, *"],
        [TAG.upper()],
    ],
)
def test_another_tag_gets_the_answer(tags: list[str]) -> None:
    answer = serve(*tags)
    assert (answer["statusCode"], answer["body"]) == (200, '{"error":"hello"}')


def test_a_changed_answer_has_another_tag() -> None:
    assert serve(TAG, says="goodbye")["statusCode"] == 200


@pytest.mark.parametrize("method", ["POST", "DELETE", "PUT", "HEAD"])
def test_no_other_method_is_answered_with_304(method: str) -> None:
    answer = serve(TAG, "*", method=method)
    assert answer["statusCode"] == 200
    assert "ETag" not in answer["headers"]
    assert answer["headers"]["Cache-Control"] == "no-store"


@pytest.mark.parametrize("status", [201, 400, 404, 500, 503])
def test_nobody_stores_an_error(status: int) -> None:
    """Whoever may not see a user learns nothing by the tag of the user's answer."""
    answer = serve(TAG, "*", status=status)
    assert answer["statusCode"] == status
    assert "ETag" not in answer["headers"]
    assert answer["headers"]["Cache-Control"] == "no-store"


def test_an_error_is_not_stored_either() -> None:
    def fail() -> http.Response:
        raise ValueError

    answer = http.serve(get(), fail, failed="", cors_origins="")
    assert answer["headers"]["Cache-Control"] == "no-store"


def test_no_caller_is_answered_by_the_tag_of_another() -> None:
    callers = [
        None,
        PERSON,
        {"claims": {"sub": "eve", "client_id": "web"}},
        {"claims": {"sub": "web", "client_id": "web"}},
    ]
    tags = [serve(authorizer=each)["headers"]["ETag"] for each in callers]
    assert len(set(tags)) == len(callers)
    for own, each in zip(tags, callers, strict=True):
        others = [tag for tag in tags if tag != own]
        assert serve(*others, authorizer=each)["statusCode"] == 200
        assert serve(own, authorizer=each)["statusCode"] == 304


def test_an_answer_may_have_a_tag_of_its_own() -> None:
    event = get()
    tag = etag(event, "what counts")
    answer = serve(tag, says="what does not", headers={"ETag": tag})
    assert (answer["statusCode"], answer["headers"]["ETag"]) == (304, tag)


# A list as RFC 9110 defines it (sections 5.6.1 and 8.8.3), and any text at all
_OPAQUE = st.text(st.characters(codec="latin-1", exclude_characters='"\x7f', min_codepoint=0x21))
_TAGS = st.tuples(st.sampled_from(["", "W/"]), st.one_of(_OPAQUE, st.just(STRONG.strip('"'))))
_COMMA = st.sampled_from([",", ", ", " ,\t", ",,", " , , "])


@given(st.lists(_TAGS, min_size=1), _COMMA)
def test_any_list_holds_the_tag_or_does_not(tags: list[tuple[str, str]], comma: str) -> None:
    given = comma.join(f'{weak}"{opaque}"' for weak, opaque in tags)
    held = STRONG.strip('"') in [opaque for _, opaque in tags]
    assert serve(given)["statusCode"] == (304 if held else 200)


@given(st.text())
def test_any_text_is_no_error(text: str) -> None:
    assert serve(text)["statusCode"] == (304 if text.strip() == "*" else 200)


def test_headers_of_one_value_are_enough() -> None:
    """Some events have no others."""
    event = {**get(), "headers": {"IF-NONE-MATCH": "*"}}
    del event["multiValueHeaders"]
    answer = http.serve(
        event, lambda: http.respond(200, http.Error("")), failed="", cors_origins=""
    )
    assert answer["statusCode"] == 304
