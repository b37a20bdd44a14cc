"""The language in which conversations are written.

It reads like python-telegram-bot's ConversationHandler (entry points, states, fallbacks), but a
step is a plain function that runs inside one database transaction, and the state is a row.
"""

import enum
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy.orm import Session

from models import outbox
from models.conversations import Where
from models.files import Received
from models.messages import Choice, Enclosure, Kind, Numbering, Part, Secret
from models.outbox import Place, Recipient
from models.people import By, Person, Role

__all__ = [
    "Choice",
    "Conversation",
    "Enclosure",
    "Part",
    "PassOn",
    "State",
    "Turn",
    "on_choice",
    "on_command",
    "on_file",
    "on_text",
    "on_workbook",
]


Links = Callable[[str, str], str]


class Abilities(Protocol):
    """What the platform of a turn carries besides text (I10)."""

    @property
    def files_in(self) -> bool: ...

    @property
    def files_out(self) -> bool: ...


class PassOn(Exception):
    """Raised by an entry point for texts or files that turn out not to be meant for it."""


class State(enum.StrEnum):
    """A conversation's states are a subclass of this, with stable values: they are stored."""


class Trigger(enum.Enum):
    COMMAND = "command"
    CHOICE = "choice"
    TEXT = "text"
    FILE = "file"
    WORKBOOK = "workbook"


@dataclass(frozen=True)
class Handler:
    """``call`` gets the turn, and for a choice its value, for text the text, for files the list
    of ``Received`` and the caption."""

    trigger: Trigger
    call: Callable[..., State | None]
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Conversation:
    """A dialogue. ``roles`` may take part (empty: anybody who is bound); ``strangers`` too.

    An entry point is reached from anywhere: a command by its word, a choice by its action, which
    no other conversation's entry point may have. A text or file entry point takes what no state
    was waiting for; that of the conversation for strangers takes all that an unbound person
    sends (``""`` where it is not text) and every text that is an invitation's code.
    """

    name: str
    entry_points: Sequence[Handler] = ()
    states: dict[State, Sequence[Handler]] = field(default_factory=dict)
    fallbacks: Sequence[Handler] = ()
    roles: frozenset[Role] = frozenset()
    strangers: bool = False

    def takes_typing(self, state: str) -> bool:
        """Whether a person in ``state`` may type, so that a number is data (design, 4)."""
        return any(handler.trigger is Trigger.TEXT for handler in self.handlers_in(state))

    def handlers_in(self, state: str) -> list[Handler]:
        """What answers in ``state``, its own handlers before the fallbacks."""
        own = [handler for at, found in self.states.items() if at == state for handler in found]
        return [*own, *self.fallbacks]


def on_command(name: str, call: Callable[["Turn"], State | None], *aliases: str) -> Handler:
    """``/name``, written without marks, and its English aliases."""
    return Handler(Trigger.COMMAND, call, (name, *aliases))


def on_choice(action: str, call: Callable[["Turn", str], State | None]) -> Handler:
    return Handler(Trigger.CHOICE, call, (action,))


def on_text(call: Callable[["Turn", str], State | None]) -> Handler:
    return Handler(Trigger.TEXT, call)


def on_file(call: Callable[["Turn", Sequence[Received], str], State | None]) -> Handler:
    """Files that came together (an album is one), with their caption."""
    return Handler(Trigger.FILE, call)


def on_workbook(call: Callable[["Turn", Sequence[Received], str], State | None]) -> Handler:
    """Files with a workbook of ours among them, wherever the chat stands."""
    return Handler(Trigger.WORKBOOK, call)


@dataclass
class Turn:
    """One thing a person did, with all that a step needs to answer it.

    ``memory`` is the conversation's own small JSON dictionary; it starts empty at an entry point
    and lives until the conversation ends. ``at`` is when the event was made, by which deadlines
    are judged (I6); ``now`` is when it is answered, by which what is said of the present has to
    be true. ``argument`` is what was typed behind a command. ``where`` is where the chat stands.
    ``interrupts``: it waits in a state. A step that only says leaves it there.
    """

    session: Session
    by: By
    channel: str
    address: str
    conversation: Conversation
    event_id: int
    links: Links
    abilities: Abilities
    where: Where
    memory: dict[str, Any] = field(default_factory=dict)
    argument: str = ""
    interrupts: bool = False
    prompt_id: int | None = None
    ended: bool = False
    said: int = 0

    @property
    def at(self) -> datetime:
        return self.by.at

    @property
    def now(self) -> datetime:
        return self.by.now

    def say(
        self,
        name: str,
        /,
        choices: Sequence[Choice] = (),
        *,
        enclosure: Enclosure | None = None,
        **values: Any,
    ) -> None:
        """Say something without waiting for an answer; its choices may still be pressed."""
        self._queue(name, choices, values, enclosure=enclosure, aside=True)

    def ask(
        self,
        state: State,
        name: str,
        /,
        choices: Sequence[Choice] = (),
        *,
        always: Sequence[Choice] = (),
        **values: Any,
    ) -> State:
        """Say something and wait in ``state``. Many choices are paged; ``always`` stay."""
        self._queue(name, choices, values, always=always, state=state)
        return state

    def end(
        self,
        name: str,
        /,
        choices: Sequence[Choice] = (),
        *,
        always: Sequence[Choice] = (),
        enclosure: Enclosure | None = None,
        **values: Any,
    ) -> State | None:
        """Say something and finish the conversation. Many choices are paged; ``always`` stay."""
        self._queue(name, choices, values, always=always, enclosure=enclosure)
        self.ended = True
        return None

    def tell(
        self, person: Person, name: str, key: str, /, choices: Sequence[Choice] = (), **values: Any
    ) -> None:
        """Tell another person; ``key`` makes it happen once for one fact."""
        outbox.enqueue(self.session, name, values, to=person, key=key, at=self.at, choices=choices)

    def link(self, kind: str, code: str) -> Secret:
        """The web address for a one-time code: ``start`` or ``upload``; or, as ``telegram``, the
        deep link into that chat. Empty where the operator has configured none."""
        return Secret(self.links(kind, code))

    def _queue(
        self,
        name: str,
        choices: Sequence[Choice],
        values: dict[str, Any],
        *,
        always: Sequence[Choice] = (),
        enclosure: Enclosure | None = None,
        state: str = "",
        aside: bool = False,
    ) -> None:
        if enclosure is not None and not self.abilities.files_out:
            # The words come without the file, and say before where it can be had.
            there = [Choice("log_in_link")]
            self._queue("file_on_the_web", there, {"file": enclosure.name}, aside=True)
            enclosure = None
        self.said += 1
        binding = self.by.binding
        recipient = Recipient(
            self.channel, self.address, self.by.person_id, binding.id if binding else None
        )
        numbering = self._numbering(state, aside)
        message_id = outbox.enqueue(
            self.session,
            name,
            values,
            to=recipient,
            key=f"turn:{self.event_id}:{self.said}",
            at=self.at,
            kind=Kind.DOCUMENT if enclosure else Kind.ANSWER,
            choices=choices,
            always=always,
            enclosure=enclosure,
            place=Place(self.conversation.name, state, dict(self.memory), numbering),
        )
        if (choices or always) and numbering is not Numbering.STARRED:
            self.prompt_id = message_id

    def _numbering(self, state: str, aside: bool) -> Numbering:
        """What is said beside a screen that waits must not take that screen's numbers away."""
        if aside and self.interrupts:
            return Numbering.STARRED
        takes_typing = self.conversation.takes_typing(state)
        return Numbering.LETTERS if takes_typing else Numbering.NUMBERS
