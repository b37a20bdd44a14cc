"""What the shell itself says in a turn, where no step of a conversation does."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from bot.channel import Edited
from bot.deeds import Event
from models import outbox
from models.conversations import Where
from models.messages import Choice, Kind, decode, decode_choices
from models.outbox import OutboxMessage, Recipient
from models.refusals import Refusal


class Shell:
    """Of one turn: ``where`` its chat stands, ``person_id`` of whoever writes there, if known."""

    def __init__(
        self, session: Session, event: Event, where: Where, person_id: int | None
    ) -> None:
        self._session = session
        self._event = event
        self._where = where
        self._person_id = person_id

    def turn_page(self, message: OutboxMessage, page: int) -> None:
        """Say the same message again, open at another page, to the role it was said to."""
        self._where.prompt_id = outbox.enqueue(
            self._session,
            message.name,
            decode(message.values),
            to=self._here(),
            key=f"turn:{self._event.id}:page",
            at=self._event.at,
            kind=Kind.ANSWER,
            choices=decode_choices(message.choices),
            always=decode_choices(message.always),
            page=page,
            place=_place_of(message),
        )

    def refuse(self, refusal: Refusal, prompt: OutboxMessage | None) -> None:
        """Say no and why, with the ways out, or with what ``prompt`` offered before."""
        offers = list(refusal.offers)
        if offers and Choice("menu") not in offers:
            offers.append(Choice("menu"))
        self.say(f"refusal.{refusal.name}", offers, prompt=prompt, **refusal.values)

    def say_not_recorded(self, edited: Edited) -> None:
        """Once for a message: a live location is edited every few seconds (T15)."""
        outbox.enqueue(
            self._session,
            "edit_not_recorded",
            to=self._here(),
            key=f"edited:{self._event.channel}:{self._event.address}:{edited.of}",
            at=self._event.at,
            kind=Kind.ANSWER,
        )

    def repeat(self, prompt: OutboxMessage | None) -> None:
        """That cannot be used here; what was asked, again."""
        ways = [] if prompt else [Choice("menu"), Choice("help")]
        self.say("unknown_here", ways, prompt=prompt)

    def say(
        self,
        name: str,
        /,
        choices: Sequence[Choice] = (),
        *,
        prompt: OutboxMessage | None = None,
        memory: dict[str, Any] | None = None,
        **values: Any,
    ) -> None:
        """With ``choices``, or with all that ``prompt`` offers, answered from where it stood."""
        place = outbox.Place(memory=memory)
        always: Sequence[Choice] = ()
        if prompt is not None:
            choices, always = decode_choices(prompt.choices), decode_choices(prompt.always)
            place = _place_of(prompt)
        message_id = outbox.enqueue(
            self._session,
            name,
            values,
            to=self._here(prompt),
            key=f"turn:{self._event.id}:shell:{name}",
            at=self._event.at,
            kind=Kind.ANSWER,
            choices=choices,
            always=always,
            page=prompt.page if prompt else 0,
            place=place,
        )
        if choices or always:
            self._where.prompt_id = message_id

    def _here(self, prompt: OutboxMessage | None = None) -> Recipient:
        binding_id = prompt.binding_id if prompt else None
        return Recipient(self._event.channel, self._event.address, self._person_id, binding_id)


def _place_of(message: OutboxMessage) -> outbox.Place:
    return outbox.Place(
        message.conversation, message.state, dict(message.memory), message.numbering
    )
