"""How much one chat may do in a minute (T14): what is too much is recorded, and said once.

Counted in memory, by when things were done and by when they came here: what piled up while the
platform was away comes all at once and is no flood.
"""

import enum
import time
from collections import OrderedDict, deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from bot.channel import Attached
from models import inbox, outbox
from models.files import Received, clean_name
from models.inbox import EventStatus, Waiting
from models.messages import Kind
from models.outbox import Recipient
from models.refusals import Refusal

MINUTE = timedelta(minutes=1)
CHATS = 10_000


class Passage(enum.Enum):
    FREE = "free"
    WITHOUT_FILES = "without_files"
    CLOSED = "closed"


@dataclass
class _Past:
    """When the last things were done, and when they came here (monotonic seconds)."""

    turns: deque[tuple[datetime, float]] = field(default_factory=deque)
    uploads: deque[tuple[datetime, float]] = field(default_factory=deque)


class Gate:
    def __init__(self, turns: int, uploads: int) -> None:
        """How many turns, and uploads among them, a chat has in a minute; 0: any number."""
        self.turns = turns
        self.uploads = uploads
        self._chats: OrderedDict[tuple[str, str], _Past] = OrderedDict()

    def judge(self, first: Waiting, *, upload: bool) -> Passage:
        """For what begins with this event; once for each."""
        key = (first.channel, first.address)
        past = self._chats.pop(key, None) or _Past()
        self._chats[key] = past
        if len(self._chats) > CHATS:
            self._chats.popitem(last=False)
        at = first.made_at or first.received_at
        if not _counts(past.turns, self.turns, at):
            return Passage.CLOSED
        if upload and not _counts(past.uploads, self.uploads, at):
            return Passage.WITHOUT_FILES
        return Passage.FREE

    def refuse(self, attached: Attached) -> tuple[Received, ...]:
        """The files of an upload that is one too many: not fetched, with the reason."""
        names = [(clean_name(file.name), file.size) for file in attached.files]
        return tuple(
            Received(name, size, refusal=Refusal("too_many_uploads", file=name, most=self.uploads))
            for name, size in names
        )

    def turn_away(self, session: Session, events: Sequence[Waiting], at: datetime) -> None:
        """Leave the events as they were recorded; their sender hears so once an hour."""
        first, reason = events[0], f"more than {self.turns} in a minute"
        inbox.settle(session, [event.id for event in events], EventStatus.DROPPED, at, reason)
        outbox.enqueue(
            session,
            "too_fast",
            {"most": self.turns},
            to=Recipient(first.channel, first.address),
            key=f"too_fast:{first.channel}:{first.address}:{at:%Y%m%d%H}",
            at=at,
            kind=Kind.ANSWER,
        )


def _counts(past: deque[tuple[datetime, float]], most: int, at: datetime) -> bool:
    """Whether one more fits into the minute; it is counted if so."""
    now = time.monotonic()
    if most and len(past) >= most:
        then, came = past[-most]
        if abs(at - then) < MINUTE and now - came < MINUTE.total_seconds():
            return False
        past.popleft()
    if most:
        past.append((at, now))
    return True
