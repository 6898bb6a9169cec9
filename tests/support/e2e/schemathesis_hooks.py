"""What schemathesis, which loads this, cannot find out from ``openapi.json`` by itself."""

from string import ascii_letters, ascii_lowercase, digits
from typing import Any

import schemathesis
from hypothesis import strategies as st

LOCAL_PARTS = st.text(ascii_letters + digits + "!#$%&'*+/=?^_`{|}~-", min_size=1, max_size=64)
DOMAINS = st.lists(st.text(ascii_lowercase + digits, min_size=1, max_size=20), min_size=1)
ENDS = st.sampled_from([".com", ".museum", ".xn--p1ai"])
SPACES = st.sampled_from(["", "", "", "  "])


@st.composite
def addresses(draw: st.DrawFn) -> str:
    domain = ".".join(draw(DOMAINS)) + draw(ENDS)
    return f"{draw(SPACES)}{draw(LOCAL_PARTS)}@{domain}{draw(SPACES)}"


schemathesis.openapi.format("address", addresses())


@schemathesis.hook
def before_load_schema(context: Any, raw_schema: dict[str, Any]) -> None:
    """Define how addresses are generated, because their patterns do not suffice."""
    raw_schema["components"]["schemas"]["NewUser"]["properties"]["email"]["format"] = "address"
