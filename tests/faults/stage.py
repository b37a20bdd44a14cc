"""A live bot between a Bot API server and a database, and bound people who talk with it."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session, sessionmaker

from models import units
from models.evidence import Evidence, EvidenceLink
from models.inbox import EventStatus, InboxEvent
from models.outbox import OutboxMessage, SendStatus
from models.people import Account, Binding, Person, Role
from tests.bot_api import Message, Server, User
from tests.clock import TestClock
from tests.live import Live

T = TypeVar("T")

SECONDS = 15.0
NEUTRAL = "Đây là kênh nội bộ. Nếu có mã mời, anh/chị vui lòng gửi mã vào đây."
RECEIPT = "✓ Đã lưu 1/1 tệp"
OPEN = (SendStatus.QUEUED, SendStatus.SENDING)


def eventually(look: Callable[[], T], seconds: float = SECONDS) -> T:
    """What ``look`` finds, once that is anything; it may fail until then."""
    until = time.monotonic() + seconds
    while True:
        try:
            if found := look():
                return found
            failure: AssertionError = AssertionError("it did not come true")
        except AssertionError as error:
            failure = error
        if time.monotonic() > until:
            raise failure
        time.sleep(0.02)


def looking(engine: Engine) -> Session:
    """A session that writes nothing, and so waits for nobody who does."""
    return Session(engine.execution_options(cchc_begin="BEGIN"), expire_on_commit=False)


def is_quiet(api: Server, engine: Engine) -> bool:
    """Whether everything that came in is dealt with and everything said has left.

    The platform is asked first: what is no longer with it has been stored. The other way round
    an update could come to the database behind the one look and be confirmed before the other.
    """
    if api.state()["pending"]:
        return False
    with looking(engine) as session:
        new = select(InboxEvent.id).where(InboxEvent.status == EventStatus.NEW)
        unsent = select(OutboxMessage.id).where(OutboxMessage.status.in_(OPEN))
        return session.scalar(new.limit(1)) is None and session.scalar(unsent.limit(1)) is None


def bind(
    session: Session, user: User, name: str, unit: str, role: Role, clock: Callable[[], object]
) -> None:
    """Whoever writes from ``user``'s account holds the role from now on."""
    of, at = units.by_code(session, unit), clock()
    assert of is not None
    person = Person(name=name, created_at=at)
    session.add(person)
    session.flush()
    session.add(Binding(person_id=person.id, unit_id=of.id, role=role, since=at))
    where = {"channel": "telegram", "address": str(user.id)}
    session.add(Account(person_id=person.id, bound_at=at, last_used_at=at, **where))


@dataclass
class Stage:
    api: Server
    live: Live
    clock: TestClock
    sessions: sessionmaker[Session]
    _people: dict[int, "Talker"] = field(default_factory=dict)

    def officer(
        self, name: str = "An", unit: str = "STP", role: Role = Role.FOCAL_OFFICER
    ) -> "Talker":
        talker = self.stranger(name)
        with self.sessions.begin() as session:
            bind(session, talker.user, name, unit, role, self.clock)
        return talker

    def stranger(self, name: str = "Lạ") -> "Talker":
        return Talker(self.api.user(name))

    def looking(self) -> Session:
        return looking(self.sessions.kw["bind"])

    def settled(self, seconds: float = SECONDS) -> None:
        """Wait until everything that came in is dealt with and everything said has left."""
        eventually(lambda: is_quiet(self.api, self.sessions.kw["bind"]), seconds)

    def events(self) -> list[tuple[EventStatus, str]]:
        """What became of each event, oldest first, and the error where there was one."""
        with self.looking() as session:
            query = select(InboxEvent.status, InboxEvent.error).order_by(InboxEvent.id)
            return [(status, error) for status, error in session.execute(query)]

    def filed(self) -> list[str]:
        """The names of all documents that prove a line, in their order."""
        with self.looking() as session:
            query = select(Evidence.name).join(EvidenceLink).order_by(EvidenceLink.id)
            return list(session.scalars(query))

    def kept(self) -> list[str]:
        with self.looking() as session:
            return list(session.scalars(select(Evidence.name).order_by(Evidence.id)))


@dataclass
class Talker:
    """A person in a private chat, over HTTP."""

    user: User

    @property
    def texts(self) -> list[str]:
        return [message.text for message in self.user.messages()]

    def sees(self, words: str, *, after: int = 0, seconds: float = SECONDS) -> Message:
        """The newest message with these words, of those from the ``after``-th on."""

        def look() -> Message:
            found = [m for m in self.user.messages()[after:] if words in m.text]
            assert found, f"nobody said {words!r}; there is: {self.texts[after:]}"
            return found[-1]

        return eventually(look, seconds)

    def asks(self, text: str, words: str) -> Message:
        """Type something; the answer with ``words`` in it."""
        after = len(self.texts)
        self.user.text(text)
        return self.sees(words, after=after)

    def sends(self, files: Sequence[tuple[str, bytes]], caption: str, words: str) -> Message:
        """Send a file, or several as an album; the answer with ``words`` in it."""
        after = len(self.texts)
        if len(files) == 1:
            self.user.document(*files[0], caption)
        else:
            self.user.album(files, caption)
        return self.sees(words, after=after)
