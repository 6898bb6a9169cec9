import json
import re
from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.domain.email_message import welcome_entry
from handlers.domain.greeting import greeting


@pytest.mark.parametrize(
    "name",
    [
        "Ada Lovelace",
        "J. R. R. Tolkien",
        "J.R.R. Tolkien",
        "M.S. Dhoni",
        "Martin Luther King Jr.",
        "Martin Luther King, Jr.",
        "Sammy Davis Jr.",
        "St. John Philby",
        "Smith, John",
        "O'Brien",
        "Sinéad O\u2019Connor",
        "'t Hooft",
        "Jean-Luc Picard",
        'Robert "Bob" Smith',
        "Robert \u201cBob\u201d Smith",
        "Anna (Annie) Lee",
        "Ada & Grace",
        "Ludwig van Beethoven",
        "Maria da Conceição dos Santos",
        "Nguyễn Văn An",
        "e\u0301",
        "李",
        "山田\u3000太郎",
        "ジョン・スミス",
        "贝拉克·奥巴马",
        "श्री कृष्ण",
        "محمد بن سلمان",
        "\u0645\u06cc\u200c\u062e\u0648\u0627",
        "\u02bbAkahi",
        "Þór",
    ],
)
def test_a_name_is_greeted_as_it_was_given(name: str) -> None:
    assert greeting(name) == f"Hello {name}"


@pytest.mark.parametrize(
    "name",
    [
        "Claim your prize: https://evil.example",
        "https://evil.example",
        "http evil",
        "evil.example",
        "Evil.Example Jr.",
        "x.com",
        "K.Ramesh",
        "evil . example",
        "evil. example",
        "evil .example",
        "evil [.] example",
        "evil dot example",
        "www evil com",
        "evil。example",
        "evil\uff0eexample",
        "evil\uff61example",
        "evil\u2024example",
        "evil·example",
        "evil\ua4f8example",
        "\uff57\uff57\uff57\uff0eevil\uff0e\uff43\uff4f\uff4d",
        "ⓔⓥⓘⓛ.ⓒⓞⓜ",
        "evil.\u2060example",
        "evil\u200b.example",
        "пример.рф",
        "xn--e1afmkfd.xn--p1ai",
        "192.0.2.1",
        "ada@example.com",
        "+1 555 0100",
        "٠١٢٣٤٥",
        "tel:5550100",
        "evil/x",
        "evil\\x",
        "Ada <b>",
        "Ada\r",
        "Ada\n",
        "\u2028Ada",
        "Ada\x85",
        "evil(dot)example",
        "evil(.)example",
        '"evil".example',
        "Ada!",
        "🎁",
        "Please claim your prize at our new site",
        "Congratulations, your reward waits for you at my door",
        "x" * 51,
        "-",
        "'",
        ".",
        "",
    ],
)
def test_what_may_be_something_else_is_not_repeated(name: str) -> None:
    assert greeting(name) == "Hello"


TLDS = st.sampled_from(["com", "example", "io", "рф", "xn--p1ai", "museum", "CO"])
DOTS = st.sampled_from([".", "\u3002", "\uff0e", "\uff61", "\u2024", " . ", " .", "[.]", ".\u200b"])
LABELS = st.text(st.sampled_from("abcXYZ019-éж李"), min_size=1, max_size=12)


@given(st.lists(LABELS, min_size=1, max_size=3), DOTS, TLDS, st.sampled_from(["", "Ada ", "J. "]))
def test_no_domain_is_mailed(labels: list[str], dot: str, top: str, before: str) -> None:
    host = dot.join([*labels, top.lower()])
    assert greeting(before + host) == "Hello"


@given(st.text(max_size=60))
def test_what_is_repeated_has_nothing_that_makes_a_link(name: str) -> None:
    if greeting(name) != "Hello":
        text = normalize("NFKC", name)
        assert not re.search(r"[\d/:@<>\\\[\]\n\r]", text)
        assert not re.search(r"\.\w\w", text)
        assert len(text) <= 50


@pytest.mark.parametrize("name", ["Ada", "Claim your prize: https://evil.example"])
def test_the_subject_never_has_the_name(name: str) -> None:
    message = json.loads(
        welcome_entry(user_id="user_1", name=name, email="ada@example.com")["MessageBody"]
    )
    assert message["subject"] == "Welcome to our platform!"
    assert "evil" not in message["body"]
    assert message["body"].startswith("Hello")
