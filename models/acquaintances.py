"""Who writes in a chat, and where it stands: what every turn begins with (I2, N24).

All of it is read afresh in every turn, at once: what was revoked a second ago is not there. But
making objects of what was read takes far longer than reading it, so a person's are used again for
as long as not one column of theirs is another.
"""

from copy import deepcopy
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, bindparam, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session, contains_eager, object_session

from models.base import Base
from models.conversations import Chat, Where
from models.people.tables import Account, Binding, Person
from models.prepared import Prepared
from models.units import Unit

SAME_USE = timedelta(minutes=1)
MOST_KNOWN = 1000

Columns = list[tuple[Any, ...]]  # Of the person, a role and its unit, as the driver gives them.


@dataclass(frozen=True)
class Meeting:
    """A chat and who writes in it: nobody known, or a person and the roles that they hold at
    this moment, the oldest first. ``before`` is where the chat stood when they met."""

    chat_id: int
    where: Where
    before: Where
    person: Person | None = None
    bindings: tuple[Binding, ...] = ()

    def keep(self, session: Session) -> None:
        """Write where the chat stands, if the turn has changed it."""
        if self.where != self.before:
            values = {f"new_{name}": value for name, value in vars(self.where).items()}
            _KEEP.run(session.connection(), {"row": self.chat_id, **values})


class Acquaintances:
    """Met once, a person is known again by their columns."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], _Acquaintance] = {}

    def meet(self, session: Session, channel: str, address: str, at: datetime) -> Meeting:
        """Begin a turn; the person's account counts as used ``at`` this instant."""
        here = {"channel": channel, "address": address}
        connection = session.connection()
        rows = _HERE.rows(connection, here)
        if not rows:
            connection.execute(_OPEN[connection.dialect.name], {**here, "memory": {}})
            rows = _HERE.rows(connection, here)
        own = _HERE.typed(connection, rows[0][:_PEOPLE])
        chat_id, *place, account_id, used_at, unreachable, person_id = own
        where = Where(*place)
        meeting = Meeting(chat_id, where, replace(where, memory=deepcopy(where.memory)))
        if person_id is None:
            return meeting
        # Nobody needs to know to the second when an account was used: not every event writes it.
        if unreachable is not None or at - used_at > SAME_USE:
            _USED.run(connection, {"account": account_id, "at": at})
        columns = [row[_PEOPLE:] for row in rows]
        known = self._recognise(session, (channel, address), columns, person_id)
        return replace(meeting, person=known.person, bindings=known.bindings)

    def _recognise(
        self, session: Session, here: tuple[str, str], columns: Columns, person_id: int
    ) -> "_Acquaintance":
        known = self._known.get(here)
        if known is None or known.columns != columns or not known.can_join(session):
            known = self._known[here] = _read(session, columns, person_id)
            if len(self._known) > MOST_KNOWN:
                del self._known[next(iter(self._known))]
        else:
            session.add_all(known.objects)
        return known


@dataclass(frozen=True)
class _Acquaintance:
    """``looks`` is what the ``objects``, the person's and those of the roles, held when read."""

    columns: Columns
    person: Person
    bindings: tuple[Binding, ...]
    objects: tuple[Base, ...]
    looks: list[dict[str, Any]]

    def can_join(self, session: Session) -> bool:
        """Whether the objects are in no session, and are what was read: whatever a turn changed
        of them, loaded beside them or gave up, they are not used again after it."""
        if session.identity_map or object_session(self.person) is not None:
            return False
        return [vars(each) for each in self.objects] == self.looks


def _read(session: Session, columns: Columns, person_id: int) -> _Acquaintance:
    person = session.get_one(Person, person_id)
    query = select(Binding).join(Binding.unit).options(contains_eager(Binding.unit))
    held = query.where(Binding.person_id == person_id, Binding.ended_at.is_(None))
    bindings = tuple(session.scalars(held.order_by(Binding.id)))
    objects = (person, *bindings, *(binding.unit for binding in bindings))
    return _Acquaintance(columns, person, bindings, objects, [dict(vars(o)) for o in objects])


_OWN = (
    Chat.id,
    *(getattr(Chat, name) for name in Where.__dataclass_fields__),
    Account.id,
    Account.last_used_at,
    Account.unreachable_since,
    Account.person_id,
)
_PEOPLE = len(_OWN)
_HERE = Prepared(
    select(
        *_OWN,
        *Person.__table__.columns,
        *Binding.__table__.columns,
        *Unit.__table__.columns,
    )
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
    .outerjoin(Unit, Unit.id == Binding.unit_id)
    .where(Chat.channel == bindparam("channel"), Chat.address == bindparam("address"))
    .order_by(Binding.id)
)
_CHAT = Base.metadata.tables[Chat.__tablename__]
_ACCOUNT = Base.metadata.tables[Account.__tablename__]
_OPEN = {
    dialect.dialect.name: dialect.insert(_CHAT).on_conflict_do_nothing()
    for dialect in (sqlite, postgresql)
}
_KEEP = Prepared(
    update(_CHAT)
    .where(_CHAT.c.id == bindparam("row"))
    .values({name: bindparam(f"new_{name}") for name in Where.__dataclass_fields__})
)
_USED = Prepared(
    update(_ACCOUNT)
    .where(_ACCOUNT.c.id == bindparam("account"))
    .values(last_used_at=bindparam("at"), unreachable_since=None)
)
