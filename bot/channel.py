"""The seam between the bot and a platform: what comes in, what goes out, what became of it."""

import enum
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from models.messages import Numbering

if TYPE_CHECKING:  # The words know this module, and the kitchen's child has no database.
    from models.inbox import Arrival, Waiting


@dataclass(frozen=True)
class Typed:
    text: str


@dataclass(frozen=True)
class Press:
    """``token`` is what the button carried: a message's ref and a position, see ``words``."""

    token: str
    query_id: str = ""


@dataclass(frozen=True)
class Incoming:
    """A file on its way: either to be fetched by ``source``, or already stored.

    ``sha256`` is filled where the bytes were stored before the event (the web page).
    """

    name: str
    size: int
    source: str = ""
    sha256: str = ""
    media_type: str = ""


@dataclass(frozen=True)
class Attached:
    """Files with a caption. ``album`` joins events that belong to one upload (F33)."""

    files: tuple[Incoming, ...]
    caption: str = ""
    album: str = ""


@dataclass(frozen=True)
class Edited:
    """Somebody changed a message that was sent before: it never changes a record (T15).

    ``of`` is the platform's name of that message.
    """

    of: str


Signal = Typed | Press | Attached | Edited


@dataclass(frozen=True)
class Span:
    text: str
    bold: bool = False


@dataclass(frozen=True)
class Button:
    label: str
    token: str


@dataclass(frozen=True)
class LetterFile:
    """``path`` holds the bytes; ``name`` is what the reader sees."""

    name: str
    path: Path
    media_type: str


@dataclass(frozen=True)
class Letter:
    """A message with its words chosen, for one address."""

    address: str
    text: tuple[Span, ...]
    buttons: tuple[Button, ...] = ()
    file: LetterFile | None = None
    numbering: Numbering = Numbering.NUMBERS
    message_id: int = 0

    @property
    def plain(self) -> str:
        return "".join(span.text for span in self.text)


class Fate(enum.Enum):
    SENT = "sent"
    LATER = "later"
    MOVED = "moved"
    UNREACHABLE = "unreachable"
    MALFORMED = "malformed"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Delivery:
    """What became of one attempt to send (reliability.md 3)."""

    fate: Fate
    platform_id: str = ""
    after: timedelta | None = None
    everyone: bool = False
    address: str = ""
    reason: str = ""

    @classmethod
    def sent(cls, platform_id: str = "") -> "Delivery":
        return cls(Fate.SENT, platform_id=platform_id)

    @classmethod
    def later(cls, seconds: float | None = None, reason: str = "") -> "Delivery":
        """It never left, or was refused for now; ``seconds`` is the platform's own wish."""
        after = None if seconds is None else timedelta(seconds=seconds)
        return cls(Fate.LATER, after=after, everyone=seconds is not None, reason=reason)

    @classmethod
    def moved(cls, address: str) -> "Delivery":
        return cls(Fate.MOVED, address=address)

    @classmethod
    def unreachable(cls, reason: str) -> "Delivery":
        return cls(Fate.UNREACHABLE, reason=reason)

    @classmethod
    def malformed(cls, reason: str) -> "Delivery":
        return cls(Fate.MALFORMED, reason=reason)

    @classmethod
    def unknown(cls, reason: str) -> "Delivery":
        """It may have arrived, and nobody can tell."""
        return cls(Fate.UNKNOWN, reason=reason)


@dataclass(frozen=True)
class Limits:
    """How much a platform lets through. ``None`` as limits: as fast as it takes them."""

    per_second: int = 30
    chat_per_second: float = 1.0
    chat_burst: int = 3
    group_per_minute: int = 20


@dataclass(frozen=True)
class Abilities:
    """What a platform can show and take (I10).

    ``keeps_messages``: whoever was sent something can read it there again, without our row.
    """

    buttons: bool = True
    files_in: bool = True
    files_out: bool = True
    text_limit: int = 4096
    file_limit: int = 20 * 1024 * 1024
    keeps_messages: bool = False


class FetchFailed(Exception):
    """A file's bytes could not be had. ``final``: asking again is of no use; ``answered``: the
    platform is there and says no for now, so it is of no use for long."""

    def __init__(self, reason: str, *, final: bool, answered: bool = False) -> None:
        super().__init__(reason)
        self.final = final
        self.answered = answered


class Hearing(Protocol):
    """Knows when a platform was last heard (``bot.hearing``)."""

    async def not_before(self, channel: str, keeps: timedelta) -> datetime: ...

    async def heard(self, channel: str) -> None: ...


class Inbox(Protocol):
    """What a channel hands its events to. Returning means: stored, may be confirmed (I1)."""

    @property
    def hearing(self) -> Hearing: ...

    async def accept(self, arrivals: "Sequence[Arrival]") -> "list[Waiting]": ...


class Channel(Protocol):
    name: str
    abilities: Abilities
    limits: Limits | None

    def read(self, body: dict[str, Any]) -> Signal | None:
        """What the person did, or None for an event that means nothing to the bot."""

    def fetch(self, file: Incoming) -> AsyncIterator[bytes]:
        """The bytes of a file. Raises FetchFailed."""

    async def deliver(self, letter: Letter) -> Delivery:
        """Send once, without retrying; the outbox decides what follows from the answer."""

    async def acknowledge(self, press: Press) -> None:
        """Tell the platform that a press arrived; best effort, never raises."""

    async def run(self, inbox: Inbox) -> None:
        """Take events in until cancelled."""


@dataclass
class Pulse:
    """What a channel last knew of its platform, for health: monotonic seconds, or None.

    ``skew``: by how many seconds our clock is ahead of the platform's; ``throttled``: how often
    the platform said that it was too much.
    """

    last_good: float | None = None
    last_error: str = ""
    skew: float | None = None
    throttled: int = 0
    extra: dict[str, Any] = field(default_factory=dict)
