"""What the tests of bad input share: what may not change, and who comes and goes."""

from sqlalchemy import func, select

from models import audit, people, units
from models.base import Base
from models.people import By, Role, invitations
from tests.bench import Bench, Officer

UNUSABLE = (
    "Mã này không dùng được (đã dùng, hết hạn hoặc gõ sai). "
    "Anh/chị vui lòng xin mã mới từ người đã mời."
)
# Rows that every event leaves, whatever it was.
TRACES = {"inbox_event", "outbox_message", "chat", "account"}


def world(bench: Bench) -> dict[str, int]:
    """How many rows each table has, without the traces of talking."""
    with bench.sessions() as session:
        tables = [table for table in Base.metadata.sorted_tables if table.name not in TRACES]
        count = {t.name: session.scalar(select(func.count()).select_from(t)) or 0 for t in tables}
        count["chain"] = audit.check_chain(session) or 0
    return count


def invite(bench: Bench) -> str:
    with bench.sessions.begin() as session:
        unit = units.by_code(session, "STP")
        assert unit is not None
        by = By(bench.clock())
        return invitations.invite(session, by, unit=unit, role=Role.FOCAL_OFFICER)


def revoke(bench: Bench, officer: Officer, unit: str = "STP") -> None:
    with bench.sessions.begin() as session:
        for binding in people.active_bindings(session, officer.person_id or 0):
            if binding.unit.code == unit:
                people.end_binding(session, binding, "chuyển công tác", By(bench.clock()))
