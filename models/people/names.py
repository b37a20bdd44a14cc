"""A person's name as somebody else types it."""

from models.refusals import Refusal
from models.text import clean

NAME_SIGNS = 80


def read_name(text: str) -> str:
    """The name in one line. Raises Refusal for what cannot be one."""
    name = " ".join(clean(text).split())
    if not name:
        raise Refusal("name_missing")
    if len(name) > NAME_SIGNS:
        raise Refusal("name_too_long", limit=NAME_SIGNS, length=len(name))
    return name
