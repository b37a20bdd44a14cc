"""The windows of a campaign and who may do what when (R6.1–R6.8, I6, F7, F8, F9)."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from models import campaigns, conduct, units
from models.audit import AuditEntry
from models.campaigns import Campaign, EffectiveWindow, Phase, Step, UnitGroup, Window
from models.messages import Choice, Part
from models.people import By
from models.refusals import Refusal
from models.units import Unit, UnitKind
from tests.clock import at

SECOND = timedelta(seconds=1)
Sessions = sessionmaker[Session]


def campaign_of(session: Session) -> Campaign:
    return session.scalars(select(Campaign)).one()


def unit_of(session: Session, code: str) -> Unit:
    unit = units.by_code(session, code)
    assert unit is not None
    return unit


def window_of(session: Session, step: Step, code: str) -> EffectiveWindow:
    return campaigns.effective_window(
        session, campaign_of(session), step, unit_of(session, code).id
    )


def why_not(session: Session, now: datetime, code: str = "STP") -> str | None:
    unit_id = unit_of(session, code).id
    step = Step.SELF_ASSESSMENT
    refusal = campaigns.why_not_in(session, campaign_of(session), step, unit_id, now)
    return refusal.name if refusal else None


def test_the_default_calendar_is_that_of_the_procedure() -> None:
    windows = campaigns.default_windows(2026)
    assert [(w.step, w.opens_at, w.closes_at) for w in windows] == [
        (Step.PLAN, None, at("2026-10-15 00:00")),
        (Step.SELF_ASSESSMENT, at("2026-10-15 00:00"), at("2026-11-16 00:00")),
        (Step.COUNCIL, None, at("2026-11-15 00:00")),
        (Step.ROUND_1, at("2026-11-16 00:00"), at("2026-12-01 00:00")),
        (Step.SUPPLEMENT, at("2026-12-01 00:00"), at("2026-12-11 00:00")),
        (Step.ROUND_2, at("2026-12-11 00:00"), at("2026-12-21 00:00")),
        (Step.CONSOLIDATION, at("2026-12-21 00:00"), at("2026-12-26 00:00")),
        (Step.DECISION, at("2026-12-26 00:00"), at("2027-01-01 00:00")),
        (Step.ARCHIVE, None, at("2028-01-01 00:00")),
    ]


def test_a_campaign_freezes_the_departments_and_districts_and_not_the_communes(
    province: Sessions,
) -> None:
    with province() as session:
        found = campaign_of(session)
        kinds = {session.get_one(Unit, unit).kind for unit in campaigns.units_in(session, found)}
        assert len(campaigns.units_in(session, found)) == 30
        assert kinds == {UnitKind.DEPARTMENT, UnitKind.DISTRICT}
        assert {group.kind for group in session.scalars(select(UnitGroup))} == kinds


@pytest.mark.parametrize(
    ("now", "name"),
    [
        (at("2026-10-15 00:00") - SECOND, "window_not_open"),
        (at("2026-10-15 00:00"), None),
        (at("2026-11-16 00:00") - SECOND, None),
        (at("2026-11-16 00:00"), "window_closed"),
        (at("2026-11-16 00:00") + SECOND, "window_closed"),
    ],
)
def test_the_clock_walks_over_each_boundary_of_the_self_assessment(
    province: Sessions, now: datetime, name: str | None
) -> None:
    with province() as session:
        assert why_not(session, now) == name


def test_the_end_of_the_grace_is_the_lock_and_nobody_is_told_of_it(province: Sessions) -> None:
    closes, grace = at("2026-11-16 00:00"), timedelta(minutes=30)
    with province.begin() as session:
        rows = select(Window).where(Window.step == Step.SELF_ASSESSMENT)
        session.scalars(rows).one().grace_minutes = 30
        session.flush()
        instants = [closes, closes + grace - SECOND, closes + grace]
        assert [why_not(session, now) for now in instants] == [None, None, "window_closed"]
        window = window_of(session, Step.SELF_ASSESSMENT, "STP")
        shown = (window.closes_at, window.phase(closes), window.is_in_grace(closes))
        assert shown == (closes, Phase.OVER, True)


def test_a_late_unit_learns_when_it_can_supplement(province: Sessions) -> None:
    with province() as session:
        stp = unit_of(session, "STP")
        refusal = campaigns.why_not_in(
            session, campaign_of(session), Step.SELF_ASSESSMENT, stp.id, at("2026-11-20 08:00")
        )
    assert refusal == Refusal(
        "window_closed",
        step=Part("doing.self_assessment"),
        unit="Sở Tư pháp",
        closes_at=at("2026-11-16 00:00"),
        following=Part("supplement_follows", opens_at=at("2026-12-01 00:00")),
    )
    assert refusal.offers == (Choice("calendar"),)


def test_nothing_is_handed_in_before_the_plan_is_issued(province: Sessions) -> None:
    with province.begin() as session:
        campaign_of(session).opened_at = None
        session.flush()
        assert why_not(session, at("2026-11-03 10:05")) == "plan_not_issued"
        stands = campaigns.standing_step(campaign_of(session), at("2026-11-03 10:05"))
        assert stands is Step.PLAN


def test_a_plan_is_issued_once(province: Sessions) -> None:
    by, day = By(at("2026-10-13 09:00")), date(2026, 10, 13)
    with province.begin() as session, pytest.raises(Refusal) as refused:
        conduct.issue_plan(session, by, campaign_of(session), "1", day, None)
    issued = {"number": "215/KH-SNV", "dated_on": date(2026, 10, 12)}
    assert refused.value == Refusal("plan_issued_already", year=2026, **issued)


def test_a_plan_bears_no_date_that_is_still_to_come(province: Sessions) -> None:
    """R6.1: it opens the campaign when it is issued; the day is that in Vietnam."""
    day, too_early, then = date(2026, 10, 13), at("2026-10-12 23:59"), at("2026-10-13 00:00")
    with province.begin() as session:
        found = campaign_of(session)
        found.opened_at = None
        with pytest.raises(Refusal) as refused:
            conduct.issue_plan(session, By(too_early), found, "1", day, None)
        assert (refused.value, found.opened_at) == (
            Refusal("plan_dated_ahead", dated_on=day),
            None,
        )
        conduct.issue_plan(session, By(then), found, "1", day, None)
        assert found.opened_at == then


def test_an_extension_moves_one_unit_and_no_other(province: Sessions) -> None:
    with province.begin() as session:
        by, found, stp = By(at("2026-11-14 09:00")), campaign_of(session), unit_of(session, "STP")
        until = at("2026-11-19 00:00")
        reason = "Công văn số 215/SNV-CCHC"
        conduct.extend(session, by, found, stp, Step.SELF_ASSESSMENT, until, reason)
    with province() as session:
        late = at("2026-11-18 23:59")
        assert [why_not(session, late, code) for code in ("STP", "STC")] == [None, "window_closed"]
        assert why_not(session, until) == "window_closed"
        extension = window_of(session, Step.SELF_ASSESSMENT, "STP").extension
        assert extension is not None
        assert extension.reason == reason


def test_of_an_extension_and_the_common_window_the_longer_one_holds(province: Sessions) -> None:
    by, step = By(at("2026-11-14 09:00")), Step.SELF_ASSESSMENT
    with province.begin() as session:
        found, stp = campaign_of(session), unit_of(session, "STP")
        for until in (at("2026-11-19 00:00"), at("2026-11-18 00:00")):
            conduct.extend(session, by, found, stp, step, until, "CV 1")
        assert window_of(session, step, "STP").closes_at == at("2026-11-18 00:00")
        conduct.move(session, by, found, step, None, at("2026-11-21 00:00"), "")
        window = window_of(session, step, "STP")
        assert (window.closes_at, window.extension) == (at("2026-11-21 00:00"), None)


def test_moving_a_closed_window_opens_it_again_and_is_kept_in_the_audit(
    province: Sessions,
) -> None:
    now, step = at("2026-11-17 09:00"), Step.SELF_ASSESSMENT
    with province.begin() as session:
        assert why_not(session, now) == "window_closed"
        until = at("2026-11-21 00:00")
        conduct.move(session, By(now), campaign_of(session), step, None, until, "đến hết 20/11")
        assert why_not(session, now) is None
    with province() as session:
        entry = session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
        assert entry is not None
        assert (entry.action, entry.details["wording"]) == ("move_window", "đến hết 20/11")


def test_a_window_never_ends_before_it_opens(province: Sessions) -> None:
    by, opens = By(at("2026-10-13 09:00")), at("2026-11-16 00:00")
    step = Step.SELF_ASSESSMENT
    with province.begin() as session, pytest.raises(Refusal) as refused:
        conduct.move(session, by, campaign_of(session), step, opens, None, "")
    assert refused.value == Refusal("window_upside_down", opens_at=opens, closes_at=opens)


def test_where_the_campaign_stands_follows_the_procedure(province: Sessions) -> None:
    days = ["10-14", "10-15", "11-15", "11-16", "12-01", "12-11", "12-21", "12-26"]
    with province() as session:
        found = campaign_of(session)
        stands = [campaigns.standing_step(found, at(f"2026-{day} 12:00")) for day in days]
        after = campaigns.standing_step(found, at("2027-01-01 00:00"))
    steps = [Step.ROUND_1, Step.SUPPLEMENT, Step.ROUND_2, Step.CONSOLIDATION, Step.DECISION]
    assert stands == [None, Step.SELF_ASSESSMENT, Step.SELF_ASSESSMENT, *steps]
    assert after is None


def test_a_deadline_on_a_free_day_is_pointed_out_and_stays(province: Sessions) -> None:
    sunday, tet = at("2026-11-16 00:00"), at("2026-02-18 00:00")
    holiday = {"holiday": "Tết Nguyên Đán", "english": "Lunar New Year"}
    assert campaigns.weekend_warning(sunday) == Part("deadline_on_weekend", at=sunday)
    assert campaigns.weekend_warning(tet) == Part("deadline_on_holiday", at=tet, **holiday)
    assert campaigns.weekend_warning(at("2026-11-13 17:00")) is None


def test_a_district_leads_a_campaign_of_its_own_communes(province: Sessions) -> None:
    """R5.4b: the same engine, and two campaigns at once for the district (domain.md 13c 27)."""
    with province.begin() as session:
        owner = unit_of(session, "HLUCNAM")
        by = By(at("2026-11-03 10:05"))
        names = {UnitKind.COMMUNE: "districts"}
        made = conduct.create(session, by, year=2026, owner=owner, catalogues=names)
        taking_part = [session.get_one(Unit, unit) for unit in campaigns.units_in(session, made)]
        assert {unit.parent_id for unit in taking_part} == {owner.id}
        provincial = campaigns.campaigns_of_unit(session, unit_of(session, "STP").id)
        both = campaigns.campaigns_of_unit(session, owner.id)
        assert both == [made, *provincial]
        assert campaigns.current_campaign(session, taking_part[0].id) is made
