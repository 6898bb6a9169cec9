"""Samples of what ``queue-welcome`` sends."""

from handlers.domain.email_message import welcome_entry
from tests.support.fakes import USER
from tests.support.formats import Samples


def written() -> Samples:
    """Return the samples of this version."""
    welcome = welcome_entry(user_id=USER.id, name=USER.name, email=USER.email)
    return {"messages": {"welcome": welcome}}
