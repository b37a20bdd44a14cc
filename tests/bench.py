"""People who talk with the bot in a test: the real dispatcher on a real database, no network.

``an = bench.officer("Nguyễn Văn An", "STP")`` is bound and may write. What he types, picks and
sends goes through the inbox and the dispatcher; what he sees are rows of the outbox.
"""

import contextlib
import hashlib
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

import handlers
from bot.channel import Abilities, Edited, Press, Typed
from bot.deeds import Deed, Event, Handed
from bot.dispatcher import Dispatcher
from bot.words import Words, choices_on_screen
from models import inbox, units, uploads
from models.files import Received
from models.inbox import Arrival, EventStatus
from models.messages import Choice, decode, word_of
from models.outbox import OutboxMessage
from models.people import Account, Binding, Person, Role
from models.people.invitations import seal
from models.refusals import Refusal
from tests.clock import TestClock, at

BUTTONS = Abilities()
NO_BUTTONS = Abilities(buttons=False, files_in=False, files_out=False, text_limit=2000)


class Bench:
    def __init__(self, sessions: sessionmaker[Session], clock: TestClock) -> None:
        self.sessions = sessions
        self.clock = clock
        self.words = Words()
        self.dispatcher = Dispatcher(
            handlers.CONVERSATIONS,
            {"test": BUTTONS, "plain": NO_BUTTONS},
            links=lambda kind, code: f"https://cchc.test/{kind}/{code}",
        )
        self._events = itertools.count(1)
        self._back_at: datetime | None = None

    def officer(
        self,
        name: str,
        unit: str,
        role: Role = Role.FOCAL_OFFICER,
        *,
        channel: str = "test",
    ) -> "Officer":
        """A person who is bound already; the same name again gets one more role."""
        address = name
        with self.sessions.begin() as session:
            at = self.clock()
            person = session.scalar(select(Person).where(Person.name == name))
            if person is None:
                person = Person(name=name, created_at=at)
                session.add(person)
                session.flush()
                session.add(
                    Account(
                        channel=channel,
                        address=address,
                        person_id=person.id,
                        bound_at=at,
                        last_used_at=at,
                    )
                )
            of = units.by_code(session, unit)
            assert of is not None, unit
            session.add(Binding(person_id=person.id, unit_id=of.id, role=role, since=at))
            person_id = person.id
        return Officer(self, channel, address, person_id)

    def stranger(self, address: str = "Lạ", *, channel: str = "test") -> "Officer":
        return Officer(self, channel, address, None)

    @contextlib.contextmanager
    def away_until(self, local: str) -> Iterator[None]:
        """What people do meanwhile is answered at this local time."""
        self._back_at = at(local)
        yield
        self._back_at = None

    def take(self, channel: str, address: str, deed: Deed) -> None:
        arrival = Arrival(channel, str(next(self._events)), address, {"deed": repr(deed)})
        with self.sessions.begin() as session:
            [event] = inbox.store(session, [arrival], self.clock())
        made_at = self.clock()
        now = self._back_at or made_at
        turn = Event(event.id, channel, address, deed, made_at, now)
        try:
            with self.sessions.begin() as session:
                self.dispatcher.take(session, turn)
                inbox.settle(session, [event.id], EventStatus.DONE, now)
        except Refusal as refusal:
            with self.sessions.begin() as session:
                self.dispatcher.refuse(session, turn, refusal)
                inbox.settle(session, [event.id], EventStatus.DONE, now)


@dataclass
class Officer:
    """One person in one chat."""

    bench: Bench
    channel: str
    address: str
    person_id: int | None

    def types(self, text: str) -> None:
        self.bench.take(self.channel, self.address, Typed(seal(text)))

    def sends(self, *files: tuple[str, bytes] | Received, caption: str = "") -> None:
        """Files that came together; bytes are taken as stored."""
        handed = tuple(f if isinstance(f, Received) else received(*f) for f in files)
        self.bench.take(self.channel, self.address, Handed(handed, caption))

    def uploads(self, code: str, *files: tuple[str, bytes], caption: str = "") -> None:
        """Hand files in on the page of a one-time link; they come out in the link's chat."""
        with self.bench.sessions.begin() as session:
            link = uploads.redeem(session, code, self.bench.clock())
            assert link is not None
        handed = tuple(received(*file) for file in files)
        self.bench.take(link.channel, link.address, Handed(handed, caption or link.caption))

    def edits(self, message: str = "1") -> None:
        self.bench.take(self.channel, self.address, Edited(message))

    def picks(self, action: str, value: object = None, *, on: OutboxMessage | None = None) -> None:
        """Press the choice with this action (and value) on the newest message that offers it."""
        self.bench.take(self.channel, self.address, Press(self._token(action, value, on)))

    def presses(self, token: str) -> None:
        self.bench.take(self.channel, self.address, Press(token))

    @property
    def messages(self) -> list[OutboxMessage]:
        """All that was said to this chat, oldest first."""
        here = (OutboxMessage.channel == self.channel, OutboxMessage.address == self.address)
        with self.bench.sessions() as session:
            query = select(OutboxMessage).where(*here).order_by(OutboxMessage.id)
            return list(session.scalars(query))

    @property
    def last(self) -> OutboxMessage:
        return self.messages[-1]

    @property
    def text(self) -> str:
        """The newest message as it reads in Vietnamese."""
        return self.bench.words.letter(self.last).plain

    @property
    def labels(self) -> list[str]:
        return [button.label for button in self.bench.words.letter(self.last).buttons]

    @property
    def choices(self) -> Sequence[Choice]:
        return [choice for choice, _ in choices_on_screen(self.last)]

    def sees(self, name: str, **values: Any) -> OutboxMessage:
        """The newest message is ``name`` and has (at least) these values."""
        message = self.last
        said = decode(message.values)
        shown = {key: _plain(said.get(key)) for key in values}
        expected = {key: _plain(value) for key, value in values.items()}
        assert (message.name, shown) == (name, expected), self.text
        return message

    def _token(self, action: str, value: object, on: OutboxMessage | None) -> str:
        newest = [on] if on is not None else list(reversed(self.messages))
        for message in newest:
            for choice, token in choices_on_screen(message):
                if choice.action == action and value in (None, choice.value, _maybe_int(choice)):
                    return token
        raise AssertionError(f"nobody offered {action} {value!r}: {self.text}")


def received(name: str, content: bytes) -> Received:
    digest = hashlib.sha256(content).hexdigest()
    return Received(name, len(content), digest, "application/pdf")


def _maybe_int(choice: Choice) -> object:
    return int(choice.value) if choice.value.isdigit() else choice.value


def _plain(value: Any) -> Any:
    """Members of enumerations come back from the database as their words."""
    if hasattr(value, "value") and hasattr(type(value), "__members__"):
        return word_of(value)
    if hasattr(value, "name") and hasattr(value, "values") and not value.values:
        return value.name
    return value
