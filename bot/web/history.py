"""What was said in a chat, by both sides, in order, page by page.

Messages of ours and events of the person are two rows of numbers. An answer names its event in
its key, so the two are joined by that rather than by time: the demo's clock may go back.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.routing import read_token
from bot.web.entries import Cursor, Entry, EntryFile, Piece, of_letter
from bot.words import Words, choices_on_screen
from models.inbox import Arrival, InboxEvent
from models.messages import decode_choices
from models.outbox import OutboxMessage, SendStatus
from models.web_sessions import CHANNEL

PAGE = 40
MOST_MISSED = 200
LOOKS_BACK = 20  # A message may be shown a moment after one with a higher number.

# Being on its way is as good as sent here: who opens the page between reads it from its row.
SHOWN = (SendStatus.SENT, SendStatus.SENDING, SendStatus.UNKNOWN)

_ANSWERS = re.compile(r"turn:(\d+):")
_SEALED = re.compile(r"#[0-9a-f]{64}")


@dataclass(frozen=True)
class Section:
    """A stretch of history. ``older`` is where to go on, None at the beginning."""

    entries: tuple[Entry, ...]
    older: Cursor | None = None

    @property
    def newest(self) -> Cursor:
        cursor = Cursor()
        for entry in self.entries:
            cursor = cursor.past(entry)
        return cursor


class History:
    def __init__(self, words: Words) -> None:
        self._words = words

    def section(
        self, session: Session, address: str, language: str, before: Cursor | None = None
    ) -> Section:
        """The newest entries, or those before ``before``, oldest first."""
        messages = _messages(session, address, before.message if before else None)
        events = _events(session, address, before.event if before else None)
        joined = join(events, messages)[-PAGE:]
        shown = self._entries(session, joined, language)
        if len(events) + len(messages) <= PAGE:
            return Section(shown)
        start = before or Cursor()
        firsts = [
            min((row.id for row in joined if isinstance(row, kind)), default=fallback)
            for kind, fallback in ((OutboxMessage, start.message), (InboxEvent, start.event))
        ]
        return Section(shown, Cursor(*firsts))

    def missed(
        self, session: Session, address: str, language: str, since: Cursor
    ) -> tuple[Entry, ...] | None:
        """What a page that knows all up to ``since`` may lack; None: too much, load again."""
        messages = _messages(session, address, None, limit=MOST_MISSED)
        events = _events(session, address, None, limit=MOST_MISSED)
        unseen = [row for row in messages if row.id > since.message]
        if len(unseen) == MOST_MISSED:
            return None
        known = [row for row in messages if row.id <= since.message][-LOOKS_BACK:]
        new_events = [row for row in events if row.id > since.event]
        return self._entries(session, join(new_events, known + unseen), language)

    def said(self, session: Session, arrival: Arrival, language: str) -> Entry:
        """What an event will look like that is not stored yet: it has no number, no instant."""
        event = InboxEvent(**vars(arrival), id=0, received_at=arrival.made_at)
        return self._entries(session, [event], language)[0]

    def _entries(
        self, session: Session, rows: "Sequence[InboxEvent | OutboxMessage]", language: str
    ) -> tuple[Entry, ...]:
        pressed = _pressed(session, [row for row in rows if isinstance(row, InboxEvent)])
        return tuple(
            self._of_message(row, language)
            if isinstance(row, OutboxMessage)
            else self._of_event(row, pressed, language)
            for row in rows
        )

    def _of_message(self, message: OutboxMessage, language: str) -> Entry:
        letter = self._words.letter(message, language)
        file = None
        if message.enclosure is not None:
            file = EntryFile(message.enclosure["name"], message_id=message.id)
        return of_letter(letter, message.created_at, file)

    def _of_event(
        self, event: InboxEvent, pressed: dict[str, OutboxMessage], language: str
    ) -> Entry:
        files: tuple[EntryFile, ...] = ()
        match body := event.body:
            case {"press": str(token)}:
                text = self._label(token, pressed, language)
            case {"files": list(sent)} | {"upload": {"files": list(sent)}}:
                files = tuple(EntryFile(file["name"], file["size"]) for file in sent)
                text = str(body.get("caption", ""))
            case _:
                text = str(body.get("text", ""))
        text = _SEALED.sub(self._words.plain("web.code_hidden", language), text)
        return Entry(
            key=f"e{event.id}",
            at=event.received_at,
            pieces=(Piece(text.removeprefix("/start ")),) if text else (),
            files=files,
            client_id=event.external_id,
        )

    def _label(self, token: str, pressed: dict[str, OutboxMessage], language: str) -> str:
        ref, position, page = read_token(token)
        message = pressed.get(ref)
        if message is None:
            return self._words.plain("web.pressed_unknown", language)
        if page is not None:
            return self._words.plain("web.pressed_page", language, page=page + 1)
        on_screen = {shown: choice for choice, shown in choices_on_screen(message)}
        offers = decode_choices(message.choices) + decode_choices(message.always)
        choice = on_screen.get(token)
        if choice is None and position is not None and position < len(offers):
            choice = offers[position]
        if choice is None:
            return self._words.plain("web.pressed_unknown", language)
        return self._words.label(choice, language)


def join(
    events: Sequence[InboxEvent], messages: Sequence[OutboxMessage]
) -> list[InboxEvent | OutboxMessage]:
    """Both in one row, each in its own order: an answer after its event, others by time."""
    rows: list[InboxEvent | OutboxMessage] = []
    waiting = list(reversed(events))
    for message in messages:
        answered = _ANSWERS.match(message.key)
        last = int(answered[1]) if answered else None
        while waiting and _comes_before(waiting[-1], last, message.created_at):
            rows.append(waiting.pop())
        rows.append(message)
    return rows + list(reversed(waiting))


def _comes_before(event: InboxEvent, last: int | None, at: datetime) -> bool:
    return event.received_at <= at if last is None else event.id <= last


def _messages(
    session: Session, address: str, before: int | None, limit: int = PAGE + 1
) -> list[OutboxMessage]:
    query = select(OutboxMessage).where(
        OutboxMessage.channel == CHANNEL,
        OutboxMessage.address == address,
        OutboxMessage.status.in_(SHOWN),
    )
    if before is not None:
        query = query.where(OutboxMessage.id < before)
    return list(session.scalars(query.order_by(OutboxMessage.id.desc()).limit(limit)))[::-1]


def _events(
    session: Session, address: str, before: int | None, limit: int = PAGE + 1
) -> list[InboxEvent]:
    query = select(InboxEvent).where(InboxEvent.channel == CHANNEL, InboxEvent.address == address)
    if before is not None:
        query = query.where(InboxEvent.id < before)
    return list(session.scalars(query.order_by(InboxEvent.id.desc()).limit(limit)))[::-1]


def _pressed(session: Session, events: Sequence[InboxEvent]) -> dict[str, OutboxMessage]:
    """The messages whose buttons these events pressed, by their refs; of this chat only."""
    tokens: list[Any] = [event.body.get("press", "") for event in events]
    refs = {read_token(str(token))[0] for token in tokens} - {""}
    if not refs:
        return {}
    query = select(OutboxMessage).where(
        OutboxMessage.ref.in_(refs),
        OutboxMessage.channel == CHANNEL,
        OutboxMessage.address == events[0].address,
    )
    return {message.ref: message for message in session.scalars(query)}
