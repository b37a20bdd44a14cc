"""What a chat is in the middle of: its conversation, its state, a small memory (I2)."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ForeignKey, UniqueConstraint, and_, bindparam, select
from sqlalchemy.orm import Mapped, Session, contains_eager, mapped_column, relationship

from models.base import Base
from models.people.tables import Account, Binding, Language, Person


class Chat(Base):
    """A chat on a channel. ``prompt_id`` is the message whose choices are on the screen.

    ``binding_id`` is the role in which the person acts here, where there are several.
    """

    __tablename__ = "chat"
    __table_args__ = (UniqueConstraint("channel", "address"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    channel: Mapped[str]
    address: Mapped[str]
    conversation: Mapped[str] = mapped_column(default="")
    state: Mapped[str] = mapped_column(default="")
    memory: Mapped[dict[str, Any]] = mapped_column(default=dict)
    prompt_id: Mapped[int | None]
    binding_id: Mapped[int | None] = mapped_column(ForeignKey("binding.id"))
    language: Mapped[Language] = mapped_column(default=Language.VIETNAMESE)
    binding: Mapped[Binding | None] = relationship()


@dataclass(frozen=True)
class Meeting:
    """A chat and who writes in it: nobody known, or a person with an account and the roles that
    they hold at this moment, the oldest first."""

    chat: Chat
    account: Account | None
    person: Person | None
    bindings: list[Binding]


_IS_HERE = (Chat.channel == bindparam("channel"), Chat.address == bindparam("address"))
_CHAT = select(Chat).where(*_IS_HERE)
_MEETING = (
    select(Chat, Account, Person, Binding)
    .outerjoin(
        Account,
        and_(
            Account.channel == Chat.channel,
            Account.address == Chat.address,
            Account.ended_at.is_(None),
        ),
    )
    .outerjoin(Person, Person.id == Account.person_id)
    .outerjoin(Binding, and_(Binding.person_id == Person.id, Binding.ended_at.is_(None)))
    .outerjoin(Binding.unit)
    .options(contains_eager(Binding.unit))
    .where(*_IS_HERE)
    .order_by(Binding.id)
)


def meet(session: Session, channel: str, address: str) -> Meeting:
    """Read afresh in every turn, at once: what was revoked a second ago is not here (N24)."""
    here = {"channel": channel, "address": address}
    rows = session.execute(_MEETING, here).all()
    if not rows:
        chat_at(session, channel, address)
        rows = session.execute(_MEETING, here).all()
    chat, account, person, _ = rows[0]
    return Meeting(chat, account, person, [row[3] for row in rows if row[3] is not None])


def chat_at(session: Session, channel: str, address: str) -> Chat:
    """The chat's row, made the first time."""
    chat = session.scalar(_CHAT, {"channel": channel, "address": address})
    if chat is None:
        chat = Chat(channel=channel, address=address, memory={})
        session.add(chat)
        session.flush()
    return chat
