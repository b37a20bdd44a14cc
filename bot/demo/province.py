"""The sample province: units, catalogues, a campaign with its plan, people, work already done.

Made once, by the same actions that officers take; what exists is left as it is.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from bot.demo.people import EXTRAS, PERSONAS, WORK_DONE, Persona
from bot.store import Store
from models import (
    allotments,
    appraisal,
    assessment,
    catalogue,
    conduct,
    evidence,
    settings,
    unit_imports,
    units,
)
from models.assessment import AdjustmentKind, Line
from models.calendar import ZONE
from models.campaigns import Campaign
from models.catalogue import rules
from models.files import Received
from models.people import Binding, By, Role, invitations
from models.units import Unit, UnitKind
from models.web_sessions import CHANNEL, new_address

DATA = Path(__file__).parent / "data"
DONE = "demo.province"
YEAR = 2026
CAP = Decimal(2)  # Of bonus and of penalty points.
UNPROVEN = 3  # Of so many scored lines one still lacks its document.


def build(session: Session, store: Store) -> bool:
    """Make the province; False if it was there."""
    if settings.get(session, DONE):
        return False
    campaign = _campaign(session)
    bindings = [_join(session, person) for person in (*PERSONAS, *EXTRAS)]
    _assign(session, campaign, bindings)
    _share(session, campaign, bindings)
    _work(session, campaign, bindings, store)
    settings.put(session, DONE, "1")
    return True


def address_of(session: Session, key: str) -> str | None:
    """The chat of the persona with this key."""
    return settings.get(session, f"demo.chat.{key}")


def _campaign(session: Session) -> Campaign:
    by = By(_local(10, 1, 8))
    unit_imports.import_units(session, DATA / "units.csv", by)
    names = {UnitKind.DEPARTMENT: "departments", UnitKind.DISTRICT: "districts"}
    for name in names.values():
        catalogue.import_catalogue(session, DATA / f"criteria_{name}.csv", name, by)
    owner = _unit(session, "SNV")
    campaign = conduct.create(
        session,
        by,
        year=YEAR,
        owner=owner,
        catalogues=names,
        caps=dict.fromkeys(AdjustmentKind, CAP),
    )
    plan_by, dated_on = By(_local(10, 12, 9)), date(YEAR, 10, 12)
    conduct.issue_plan(session, plan_by, campaign, "215/KH-SNV", dated_on, None)
    return campaign


def _join(session: Session, persona: Persona) -> Binding:
    """Invite and let join, as on the first day of the campaign."""
    at = _local(10, 12, 9) + timedelta(minutes=12)
    code = invitations.issue(
        session,
        By(at),
        unit=_unit(session, persona.unit),
        role=persona.role,
        name=persona.name,
        title=persona.title,
    )
    invitation = invitations.find_usable(session, invitations.hash_of(code), at)
    assert invitation is not None
    address = new_address()
    if persona.key:
        settings.put(session, f"demo.chat.{persona.key}", address)
    binding = invitations.accept(session, invitation, CHANNEL, address, at)
    assert isinstance(binding, Binding)
    return binding


def _assign(session: Session, campaign: Campaign, bindings: Sequence[Binding]) -> None:
    """The coordinator has given areas to the reviewers; they have not answered yet."""
    people = dict(zip(PERSONAS, bindings, strict=False))
    coordinator = next(b for p, b in people.items() if p.key == "thao")
    by = By(_local(11, 2, 15), coordinator.person, coordinator)
    for persona, binding in people.items():
        for area in persona.areas:
            appraisal.assign(session, by, campaign, binding.unit, area, binding.person)


def _share(session: Session, campaign: Campaign, bindings: Sequence[Binding]) -> None:
    """The focal officer of a unit has given lines to a colleague (F2)."""
    people = list(zip(PERSONAS, bindings, strict=False))
    for persona, binding in people:
        if persona.lines:
            giver = next(
                b for p, b in people if (p.unit, p.role) == (persona.unit, Role.FOCAL_OFFICER)
            )
            sheet = assessment.of_unit(session, campaign.id, binding.unit_id)
            assert sheet is not None
            lines = allotments.lines_named(session, sheet, persona.lines)
            by = By(_local(10, 16, 14), giver.person, giver)
            allotments.give(session, by, sheet, lines, binding)


def _work(session: Session, campaign: Campaign, bindings: Sequence[Binding], store: Store) -> None:
    """What the focal officers have scored and proved so far."""
    by_unit = {binding.unit.code: binding for binding in reversed(bindings)}
    for code, count in WORK_DONE.items():
        binding = by_unit[code]
        sheet = assessment.of_unit(session, campaign.id, binding.unit_id)
        assert sheet is not None
        own = [s for s in assessment.standings(session, sheet.id) if not s.timed]
        standings = own[:count]
        for place, standing in enumerate(standings):
            line = session.get_one(Line, standing.line_id)
            by = By(_local(10, 19, 8) + timedelta(hours=4 * place), binding.person, binding)
            assessment.score(session, by, line, likely_inputs(line, place))
            if standing.evidence_required and place % UNPROVEN:
                _prove(session, by, line, place, store)


def _prove(session: Session, by: By, line: Line, place: int, store: Store) -> None:
    assert by.unit is not None
    number = f"{12 + 3 * place}/BC-{by.unit.code}"
    content = _pdf(f"{line.item.code} {number}")
    kept = store.keep_now([content], len(content))
    name = f"BC-{12 + 3 * place} tieu chi {line.item.code}.pdf"
    received = Received(name, kept.size, kept.sha256, "application/pdf")
    day = by.at.astimezone(ZONE)
    evidence.attach(session, by, line, received, f"{line.item.code} BC {number} {day:%d/%m/%Y}")


def likely_inputs(line: Line, place: int) -> dict[str, Any]:
    """What an officer could have entered: mostly the best, sometimes a little less."""
    modest = place % 5 == 3
    match catalogue.rule_of(line.item):
        case rules.YesNo(_, yes, no):
            return {"answer": yes > no}
        case rules.Steps():
            return {"option": 1 if modest else 0}
        case rules.Checklist(_, items):
            return {"ticked": list(range(len(items) - (1 if modest and len(items) > 1 else 0)))}
        case rules.Tiers(_, _, tiers):
            return {"value": str(tiers[-1 if modest else 0].at_least)}
        case rules.Ratio():
            return {"numerator": "47" if modest else "50", "denominator": "50"}
        case rules.Penalty(_, deductions):
            return {
                "cases": [1 if modest and place == 0 else 0 for place in range(len(deductions))]
            }
        case rules.Manual(max_points):
            return {"points": str(max_points), "reason": "Theo biên bản tự chấm của đơn vị"}
    raise ValueError(f"nobody scores {line.item.code} by hand")


def _pdf(text: str) -> bytes:
    """The smallest file that is a document of one empty page."""
    return (
        b"%PDF-1.4\n% " + text.encode() + b"\n"
        b"1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
        b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
        b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\n"
        b"trailer<</Root 1 0 R>>\n%%EOF\n"
    )


def _unit(session: Session, code: str) -> Unit:
    found = units.by_code(session, code)
    assert found is not None, code
    return found


def _local(month: int, day: int, hour: int) -> datetime:
    return datetime(YEAR, month, day, hour, tzinfo=ZONE).astimezone(UTC)
