"""What a message is made of before it has words: a name, values, choices, perhaps a file.

Nothing here is a sentence. ``bot.words`` turns these into the reader's language at the moment
of sending, so that a stored message can be read again in another language.
"""

import enum
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any


class Kind(enum.StrEnum):
    """What happens when nobody knows whether a message arrived.

    An answer or a document is sent once more; a notice never is, unless an admin asks.
    """

    ANSWER = "answer"
    DOCUMENT = "document"
    NOTICE = "notice"


class Numbering(enum.StrEnum):
    """How choices are called where there are no buttons.

    A screen that also takes typing letters them (a, b), so that a number is always data; a pure
    menu numbers them; a notice, which may come in between, stars its numbers (*1, *2).
    """

    NUMBERS = "numbers"
    LETTERS = "letters"
    STARRED = "starred"

    def mark(self, position: int) -> str:
        """What the choice at ``position`` (from 0) is called."""
        if self is Numbering.LETTERS:
            return chr(ord("a") + position)
        return f"*{position + 1}" if self is Numbering.STARRED else str(position + 1)


class Choice:
    """Something to pick: a button on one platform, a number on another.

    ``action`` names what picking it does, ``value`` comes back with it (as text), and the named
    ``values`` fill its label, which the catalogues hold under ``choice.<action>``.
    """

    __slots__ = ("action", "value", "values")

    def __init__(self, action: str, value: object = "", /, **values: Any) -> None:
        self.action = action
        self.value = str(value)
        self.values = values

    def __repr__(self) -> str:
        return f"Choice({self.action!r}, {self.value!r}, {self.values!r})"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Choice):
            return NotImplemented
        mine = (self.action, self.value, self.values)
        return mine == (other.action, other.value, other.values)

    def __hash__(self) -> int:
        return hash((self.action, self.value))


class Part:
    """A message inside a message, for example one line of a list: it has its own name."""

    __slots__ = ("name", "values")

    def __init__(self, name: str, /, **values: Any) -> None:
        self.name = name
        self.values = values

    def __repr__(self) -> str:
        return f"Part({self.name!r}, {self.values!r})"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Part):
            return NotImplemented
        return (self.name, self.values) == (other.name, other.values)

    def __hash__(self) -> int:
        return hash(self.name)


class Secret(str):
    """A code, or a link that holds one: text that is blanked in the message's row as soon as
    nobody needs to read it there any more."""

    __slots__ = ()


BLANK = "••••"  # What is shown in place of a secret that was blanked.


@dataclass(frozen=True)
class Enclosure:
    """A file that goes with a message.

    Either bytes already in the store (``sha256``), or a ``report`` that is made from its plain
    ``values`` just before it is sent (``bot.reports``).
    """

    name: str
    sha256: str = ""
    report: str = ""
    values: Mapping[str, Any] | None = None


def encode(value: Any) -> Any:
    """Plain JSON for values of a message; the reverse of ``decode``."""
    match value:
        case None | bool() | int():
            return value
        case enum.Enum():
            return {"$word": word_of(value)}
        case Secret():
            return {"$secret": str(value)} if value else ""
        case str():
            return value
        case Decimal():
            return {"$decimal": str(value)}
        case datetime():
            return {"$instant": value.isoformat()}
        case date():
            return {"$date": value.isoformat()}
        case Part():
            return {"$part": value.name, "values": encode(value.values)}
        case Mapping():
            return {str(key): encode(item) for key, item in value.items()}
        case list() | tuple():
            return [encode(item) for item in value]
    raise TypeError(f"a message cannot hold {type(value).__name__}")


def decode(value: Any) -> Any:
    """Values of a message as they were, an enumeration's member as a ``Part`` with its word."""
    if isinstance(value, dict):
        for mark, read in _READERS.items():
            if mark in value:
                return read(value)
        return {key: decode(item) for key, item in value.items()}
    if isinstance(value, list):
        return [decode(item) for item in value]
    return value


# Every message goes through this, so it is looked up and not matched.
_READERS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "$part": lambda encoded: Part(encoded["$part"], **decode(encoded["values"])),
    "$word": lambda encoded: Part(encoded["$word"]),
    "$instant": lambda encoded: datetime.fromisoformat(encoded["$instant"]),
    "$date": lambda encoded: date.fromisoformat(encoded["$date"]),
    "$decimal": lambda encoded: Decimal(encoded["$decimal"]),
    "$secret": lambda encoded: Secret(encoded["$secret"]),
}


def holds_secret(encoded: Any) -> bool:
    """Whether there is a secret among encoded values that is not blanked yet."""
    if isinstance(encoded, dict):
        if "$secret" in encoded:
            return bool(encoded["$secret"] != BLANK)
        return any(holds_secret(item) for item in encoded.values())
    return isinstance(encoded, list) and any(holds_secret(item) for item in encoded)


def blanked(encoded: Any) -> Any:
    """Encoded values with every secret in them replaced by ``BLANK``."""
    match encoded:
        case {"$secret": _}:
            return {"$secret": BLANK}
        case dict():
            return {key: blanked(item) for key, item in encoded.items()}
        case list():
            return [blanked(item) for item in encoded]
    return encoded


def word_of(member: enum.Enum) -> str:
    """The message name of an enumeration's member: ``Step.ROUND_1`` is ``step.round_1``."""
    kind = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", type(member).__name__).lower()
    return f"{kind}.{member.value}"


def encode_choices(choices: "list[Choice] | tuple[Choice, ...]") -> list[Any]:
    return [[c.action, c.value, encode(c.values)] for c in choices]


def decode_choices(rows: list[Any]) -> list[Choice]:
    return [Choice(action, value, **decode(values)) for action, value, values in rows]
