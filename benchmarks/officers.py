"""A database as it is in the middle of a campaign: the sample province, its officers bound."""

from pathlib import Path

from sqlalchemy import Engine, delete, select
from sqlalchemy.orm import Session, sessionmaker

from benchmarks.bots.notes import Base
from jobs.reminders import follow_calendar, queue_due_reminders
from models import database, migrations
from models.clock import wall_clock
from models.outbox import OutboxMessage
from models.people import Account, Binding, Person, Role
from models.units import Unit, UnitKind
from tests.province import build_province

OFFICERS = 200


def chats() -> list[int]:
    return list(range(1001, 1001 + OFFICERS))


def build(path: Path) -> None:
    """Fill a fresh SQLite file; each officer has a chat on Telegram and one role."""
    engine = database.create(f"sqlite:///{path}")
    migrations.upgrade(engine)
    build_province(engine)
    Base.metadata.create_all(engine)
    with Session(engine) as session, session.begin():
        graded = Unit.kind.in_([UnitKind.DEPARTMENT, UnitKind.DISTRICT])
        units = session.scalars(select(Unit).where(graded).order_by(Unit.id)).all()
        for number, chat in enumerate(chats()):
            _bind(session, units[number % len(units)], chat)
    _settle_reminders(engine)
    engine.dispose()


def _settle_reminders(engine: Engine) -> None:
    """What is due on the day of the benchmark is as good as sent: nobody measures it."""
    sessions = sessionmaker(engine)
    follow_calendar(sessions, wall_clock)
    while queue_due_reminders(sessions, wall_clock):
        pass
    with sessions.begin() as session:
        session.execute(delete(OutboxMessage))


def _bind(session: Session, unit: Unit, chat: int) -> None:
    at = wall_clock()
    person = Person(name=f"Officer {chat}", created_at=at)
    session.add(person)
    session.flush()
    of = {"person_id": person.id}
    account = Account(channel="telegram", address=str(chat), bound_at=at, last_used_at=at, **of)
    binding = Binding(unit_id=unit.id, role=Role.FOCAL_OFFICER, since=at, **of)
    session.add_all([account, binding])
