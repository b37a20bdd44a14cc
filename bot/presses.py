"""Which choice on which message of its chat an event picks."""

from sqlalchemy.orm import Session

from bot.channel import Press, Typed
from bot.deeds import Deed, Event
from bot.routing import position_of, read_token
from bot.words import choices_on_screen
from models import outbox
from models.conversations import Where
from models.messages import Choice, Kind, decode_choices
from models.outbox import OutboxMessage


class Presses:
    """Of one turn. ``buttons``: whether the platform has any; ``where``: where its chat stands."""

    def __init__(self, session: Session, event: Event, where: Where, *, buttons: bool) -> None:
        self._session = session
        self._event = event
        self._where = where
        self._buttons = buttons
        self._pressed_on: OutboxMessage | None = None

    def read(self, deed: Deed) -> Deed:
        """Where there are no buttons, a number or a letter alone picks a choice (I10)."""
        if self._buttons or not isinstance(deed, Typed):
            return deed
        message = self.prompt()
        if deed.text.strip().startswith("*"):
            message = outbox.last_starred(self._session, self._event.channel, self._event.address)
        if message is None:
            return deed
        position = position_of(deed.text, message)
        screen = choices_on_screen(message)
        if position is None or position >= len(screen):
            return deed
        return Press(screen[position][1])

    def find(self, press: Press) -> tuple[OutboxMessage | None, Choice | None, int | None]:
        """The message of this chat, and the choice on it or the page of it; None for what is
        not there."""
        ref, position, page = read_token(press.token)
        message = outbox.by_ref(self._session, ref) if ref else None
        if message is None or not self._is_for_this_chat(message):
            return (None, None, None)
        self._pressed_on = message
        choices = decode_choices(message.choices) + decode_choices(message.always)
        offered = position is not None and position < len(choices)
        return (message, choices[position or 0] if offered else None, page)

    def prompt(self) -> OutboxMessage | None:
        """What the chat was asked last."""
        prompt_id = self._where.prompt_id
        return self._session.get(OutboxMessage, prompt_id) if prompt_id else None

    def mark_opened(self) -> None:
        """The notice that was pressed on has been seen, whatever came of the press (N15)."""
        message = self._pressed_on
        if message is not None and message.kind is Kind.NOTICE and message.opened_at is None:
            outbox.mark_opened(self._session, message.ref, self._event.at)

    def _is_for_this_chat(self, message: OutboxMessage) -> bool:
        return (message.channel, message.address) == (self._event.channel, self._event.address)
