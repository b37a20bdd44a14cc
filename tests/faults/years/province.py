"""A province of many units with a small catalogue: what matters here is time, not points."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import catalogue, conduct, unit_imports, units
from models.campaigns import Campaign
from models.people import Account, Binding, By, Person, Role
from models.units import Unit, UnitKind

CHANNEL = "test"
CATALOGUE = """\
code,parent_code,level,title,max_points,method,scoring_rule,rule_detail,evidence_required,appraising_agency_code,not_applicable_to
1,,area,Chỉ đạo,100,,,,,SNV,
1.1,1,criterion,Kế hoạch,100,self,yes_no,yes=100; no=0,no,SNV,
"""
LEADER = "SNV"


def in_a_test(code: str) -> tuple[str, str]:
    """The channel and the address of a unit's officer: the unit's code."""
    return CHANNEL, code


def found(
    session: Session,
    folder: Path,
    many: int,
    at: datetime,
    chat: Callable[[str], tuple[str, str]] = in_a_test,
) -> None:
    """``many`` departments, each with a focal officer, whose chat is that of the unit's code."""
    lines = ["code,name,short_name,kind,parent_code", "SNV,Sở Nội vụ,Sở Nội vụ,department,"]
    lines += [f"D{n},Sở {n},Sở {n},department," for n in range(1, many)]
    (folder / "units.csv").write_text("\n".join(lines) + "\n", "utf-8")
    (folder / "criteria.csv").write_text(CATALOGUE, "utf-8")
    by = By(at)
    unit_imports.import_units(session, folder / "units.csv", by)
    catalogue.import_catalogue(session, folder / "criteria.csv", "small", by)
    for unit in session.scalars(select(Unit)).all():
        _bind(session, unit, chat(unit.code), Role.FOCAL_OFFICER, at)
    leader = units.by_code(session, LEADER)
    assert leader is not None
    _bind(session, leader, chat("lead"), Role.COORDINATOR, at)


def begin_year(session: Session, year: int, at: datetime) -> Campaign:
    """The year's campaign with its default calendar; its plan is issued at ``at`` (R6.1)."""
    by = By(at)
    owner = units.by_code(session, LEADER)
    assert owner is not None
    campaign = conduct.create(
        session,
        by,
        year=year,
        owner=owner,
        catalogues={UnitKind.DEPARTMENT: "small"},
    )
    later = By(at + timedelta(seconds=1))
    conduct.issue_plan(session, later, campaign, f"{year}/KH-SNV", date(year, 10, 1), None)
    return campaign


def _bind(session: Session, unit: Unit, chat: tuple[str, str], role: Role, at: datetime) -> None:
    channel, address = chat
    person = Person(name=f"Công chức {address}", created_at=at)
    session.add(person)
    session.flush()
    account = {"person_id": person.id, "bound_at": at, "last_used_at": at}
    session.add(Account(channel=channel, address=address, **account))
    session.add(Binding(person_id=person.id, unit_id=unit.id, role=role, since=at))
