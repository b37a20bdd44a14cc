"""What a chat is in the middle of: its conversation, its state, a small memory (I2).

Every turn reads and writes this, so it goes by statements that are built once, not by objects
that the session keeps track of.
"""

from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ForeignKey, UniqueConstraint, and_, bindparam, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, contains_eager, mapped_column, relationship

from models.base import Base
from models.people.tables import Account, Binding, Person

SAME_USE = timedelta(minutes=1)


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
    binding: Mapped[Binding | None] = relationship()


@dataclass
class Where:
    """Where a chat stands, for the length of a turn: read by ``meet``, changed by the turn,
    written by ``keep``. The fields are those of ``Chat``."""

    conversation: str = ""
    state: str = ""
    memory: dict[str, Any] = field(default_factory=dict)
    prompt_id: int | None = None
    binding_id: int | None = None


@dataclass(frozen=True)
class Meeting:
    """A chat and who writes in it: nobody known, or a person and the roles that they hold at
    this moment, the oldest first. ``before`` is where the chat stood when they met."""

    chat_id: int
    where: Where
    person: Person | None
    bindings: list[Binding]
    before: Where

    def keep(self, session: Session) -> None:
        """Write where the chat stands, if the turn has changed it."""
        if self.where != self.before:
            values = {f"new_{name}": value for name, value in vars(self.where).items()}
            session.connection().execute(_KEEP, {"row": self.chat_id, **values})


def meet(session: Session, channel: str, address: str, at: datetime) -> Meeting:
    """Read afresh in every turn, at once: what was revoked a second ago is not here (N24). The
    person's account counts as used ``at`` this instant."""
    here = {"channel": channel, "address": address}
    rows = session.execute(_MEETING, here).all()
    if not rows:
        connection = session.connection()
        connection.execute(_OPEN[connection.dialect.name], {**here, "memory": {}})
        rows = session.execute(_MEETING, here).all()
    chat_id, *place, account_id, used_at, unreachable, person, _ = rows[0]
    # Nobody needs to know to the second when an account was used: not every event writes it.
    if person is not None and (unreachable is not None or at - used_at > SAME_USE):
        session.connection().execute(_USED, {"account": account_id, "at": at})
    bindings = [row[-1] for row in rows if row[-1] is not None]
    where = Where(*place)
    before = replace(where, memory=deepcopy(where.memory)) if where.memory else replace(where)
    return Meeting(chat_id, where, person, bindings, before)


_TABLE = Base.metadata.tables[Chat.__tablename__]
_IS_HERE = (Chat.channel == bindparam("channel"), Chat.address == bindparam("address"))
_LIVES_HERE = and_(
    Account.channel == Chat.channel, Account.address == Chat.address, Account.ended_at.is_(None)
)
_MEETING = (
    select(
        Chat.id,
        Chat.conversation,
        Chat.state,
        Chat.memory,
        Chat.prompt_id,
        Chat.binding_id,
        Account.id,
        Account.last_used_at,
        Account.unreachable_since,
        Person,
        Binding,
    )
    .outerjoin(Account, _LIVES_HERE)
    .outerjoin(Person, Person.id == Account.person_id)
    .outerjoin(Binding, and_(Binding.person_id == Person.id, Binding.ended_at.is_(None)))
    .outerjoin(Binding.unit)
    .options(contains_eager(Binding.unit))
    .where(*_IS_HERE)
    .order_by(Binding.id)
)
_OPEN = {
    dialect.dialect.name: dialect.insert(_TABLE).on_conflict_do_nothing()
    for dialect in (sqlite, postgresql)
}
_KEEP = (
    update(_TABLE)
    .where(_TABLE.c.id == bindparam("row"))
    .values({name: bindparam(f"new_{name}") for name in Where.__dataclass_fields__})
)
_ACCOUNT = Base.metadata.tables[Account.__tablename__]
_USED = (
    update(_ACCOUNT)
    .where(_ACCOUNT.c.id == bindparam("account"))
    .values(last_used_at=bindparam("at"), unreachable_since=None)
)
