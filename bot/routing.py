"""Which step answers an event: the state's own, then the fallbacks, then the entry points."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.channel import Typed
from handlers.dialogue import Conversation, Handler, Trigger
from models.conversations import Where
from models.files import Received
from models.messages import Choice
from models.outbox import OutboxMessage
from models.text import fold

SEALED_CODE = re.compile(r"#[0-9a-f]{64}")


@dataclass(frozen=True)
class Goal:
    """A step that could answer, with the memory it starts from and what it is handed."""

    conversation: Conversation
    handler: Handler
    arguments: tuple[Any, ...] = ()
    memory: dict[str, Any] = field(default_factory=dict)
    argument: str = ""


class Routes:
    """All conversations, looked up by what an event can be."""

    def __init__(self, conversations: Sequence[Conversation]) -> None:
        self._all = {conversation.name: conversation for conversation in conversations}
        self._stranger = next(c for c in conversations if c.strangers)
        self._commands: dict[str, tuple[Conversation, Handler]] = {}
        self._actions: dict[str, tuple[Conversation, Handler]] = {}
        for conversation in conversations:
            for handler in conversation.entry_points:
                self._register(conversation, handler)

    def for_strangers(self, deed: object) -> Goal:
        """Whatever an unbound person sends goes to one conversation."""
        text = deed.text if isinstance(deed, Typed) else ""
        for goal in self._command(text):
            if goal.conversation.strangers:
                return goal
        return Goal(self._stranger, self._entry(self._stranger, Trigger.TEXT), (text,))

    def for_text(self, where: Where, text: str) -> Iterator[Goal]:
        if text.lstrip().startswith("/"):
            yield from self._command(text)
            return  # A command that is not for this person is not taken for words either.
        if SEALED_CODE.fullmatch(text.strip()):
            yield Goal(self._stranger, self._entry(self._stranger, Trigger.TEXT), (text,))
        else:
            yield from self._in_state(where, Trigger.TEXT, (text,))
        yield from self._anywhere(Trigger.TEXT, (text,))

    def for_files(self, where: Where, files: Sequence[Received], caption: str) -> Iterator[Goal]:
        if any(file.workbook is not None for file in files):
            yield from self._anywhere(Trigger.WORKBOOK, (files, caption))
        yield from self._in_state(where, Trigger.FILE, (files, caption))
        yield from self._anywhere(Trigger.FILE, (files, caption))

    def for_choice(self, message: OutboxMessage, choice: Choice) -> Iterator[Goal]:
        """From where the message was said, with the memory it was said with."""
        conversation = self._all.get(message.conversation)
        if conversation is not None:
            for handler in conversation.handlers_in(message.state):
                if handler.trigger is Trigger.CHOICE and choice.action in handler.names:
                    yield Goal(conversation, handler, (choice.value,), dict(message.memory))
        if choice.action in self._actions:
            entry, handler = self._actions[choice.action]
            yield Goal(entry, handler, (choice.value,))

    def _register(self, conversation: Conversation, handler: Handler) -> None:
        tables = {Trigger.COMMAND: self._commands, Trigger.CHOICE: self._actions}
        table = tables.get(handler.trigger)
        for name in handler.names if table is not None else ():
            assert table is not None
            if name in table:
                raise ValueError(f"two conversations are entered by {name}")
            table[name] = (conversation, handler)

    def _command(self, text: str) -> Iterator[Goal]:
        match = re.match(r"/(\w+)(?:@\w+)?\s*(.*)", text.strip(), re.DOTALL)
        if match and (found := self._commands.get(fold(match[1]))):
            conversation, handler = found
            yield Goal(conversation, handler, argument=match[2].strip())

    def _in_state(
        self, where: Where, trigger: Trigger, arguments: tuple[Any, ...]
    ) -> Iterator[Goal]:
        conversation = self._all.get(where.conversation)
        if conversation is None:
            return
        for handler in conversation.handlers_in(where.state):
            if handler.trigger is trigger:
                yield Goal(conversation, handler, arguments, dict(where.memory))

    def _anywhere(self, trigger: Trigger, arguments: tuple[Any, ...]) -> Iterator[Goal]:
        for conversation in self._all.values():
            for handler in conversation.entry_points:
                if handler.trigger is trigger and not conversation.strangers:
                    yield Goal(conversation, handler, arguments)

    @staticmethod
    def _entry(conversation: Conversation, trigger: Trigger) -> Handler:
        return next(h for h in conversation.entry_points if h.trigger is trigger)


def read_token(token: str) -> tuple[str, int | None, int | None]:
    """A button's token as ref and position, or ref and page; an empty ref if it is not one."""
    match = re.fullmatch(r"([\w-]{12}):(p?)(\d{1,3})", token)
    if match is None:
        return ("", None, None)
    number = int(match[3])
    return (match[1], None, number) if match[2] else (match[1], number, None)


def position_of(text: str, message: OutboxMessage) -> int | None:
    """Which choice of ``message`` a typed mark names, counted from 0; None if it names none."""
    typed = text.strip().lower().rstrip(".)")
    return next((n for n in range(26) if message.numbering.mark(n) == typed), None)
