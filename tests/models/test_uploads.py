"""A link for a file that is too large for a chat works once, for half an hour (design.md 6)."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session, sessionmaker

from models import uploads
from models.people import Binding, By, Person, Role
from models.units import Unit, UnitKind
from tests.clock import at

NOW = at("2026-11-03 10:05")


@pytest.fixture
def session(sessions: sessionmaker[Session]) -> Iterator[Session]:
    with sessions() as session:
        yield session


def test_an_upload_link_is_used_once_and_expires(session: Session) -> None:
    person = Person(name="Nguyễn Văn An", created_at=NOW)
    unit = Unit(code="STP", name="Sở Tư pháp", short_name="STP", kind=UnitKind.DEPARTMENT)
    role = Binding(person=person, unit=unit, role=Role.FOCAL_OFFICER, since=NOW)
    session.add_all([person, unit, role])
    session.flush()
    code, until = uploads.make_link(session, By(NOW, person), "telegram", "17", "1.1.1")
    assert until == at("2026-11-03 10:35")
    found = uploads.find(session, code, NOW)
    assert found is not None
    assert (found.channel, found.address, found.caption) == ("telegram", "17", "1.1.1")
    assert code not in found.code_hash
    assert uploads.find(session, code, until) is None
    assert uploads.redeem(session, code, until) is None
    role.ended_at = NOW
    session.flush()
    assert uploads.find(session, code, NOW) is None  # A leaver's.
    assert uploads.redeem(session, code, NOW) is None
    role.ended_at = None
    session.flush()
    assert uploads.redeem(session, code, until - timedelta(seconds=1)) is found
    assert uploads.redeem(session, code, NOW) is None
    assert uploads.find(session, code, NOW) is None
