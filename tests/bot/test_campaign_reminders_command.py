"""``cchc campaign extend``, ``ladder``, ``manners``, ``done``: what holds is shown, then asked."""

from collections.abc import Callable
from datetime import date

from click.testing import Result
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from models import campaigns, milestones, reminders
from models.campaigns import Campaign, Step
from models.milestones import Act
from models.reminders import schedules
from tests.clock import TestClock, at
from tests.sheets import sheet_of

Cchc = Callable[..., Result]
Sessions = sessionmaker[Session]
REASON = ("--reason", "CV 12/STP")


def closes(sessions: Sessions, unit: str) -> object:
    with sessions() as session:
        sheet = sheet_of(session, unit)
        where = (sheet.campaign, Step.SELF_ASSESSMENT, sheet.unit_id)
        return campaigns.effective_window(session, *where).closes_at


def before_end(sessions: Sessions) -> tuple[int, ...]:
    with sessions() as session:
        campaign = session.scalars(select(Campaign)).one()
        return schedules.of(session, campaign.id, "self_assessment").before


def test_several_units_or_all_are_extended_also_after_the_end(
    province: Sessions, cchc: Cchc, clock: TestClock
) -> None:
    """F7, C6."""
    clock.set("2026-11-18 09:00")
    step = ("extend", "--step", "self_assessment", *REASON)
    done = cchc(*step, "--unit", "STP", "--unit", "STC", "--closes", "20/11", typed="n\n")
    assert (done.exit_code, closes(province, "STP")) == (1, at("2026-11-16 00:00"))
    done = cchc(*step, "--unit", "STP", "--unit", "STC", "--closes", "20/11", typed="y\n")
    assert done.exit_code == 0, done.output
    assert "Sở Tư pháp, Sở Tài chính" in done.output
    assert closes(province, "STP") == closes(province, "STC") == at("2026-11-21 00:00")
    assert closes(province, "SYT") == at("2026-11-16 00:00")
    done = cchc(*step, "--all", "--closes", "17:00 24/11", "--yes")
    assert done.exit_code == 0, done.output
    assert closes(province, "SYT") == closes(province, "STP") == at("2026-11-24 17:00")


def test_an_extension_that_makes_no_sense_is_refused(province: Sessions, cchc: Cchc) -> None:
    for words, status, sentence in (
        (("--closes", "20/11"), 2, "either --unit"),
        (("--closes", "20/11", "--unit", "STP", "--all"), 2, "either --unit"),
        (("--closes", "14/11", "--unit", "STP"), 1, "sớm hơn thời hạn chung"),
        (("--closes", "15/11", "--all"), 1, "đã là 24:00 Chủ nhật, 15/11/2026"),
        (("--closes", "20/11", "--unit", "XYZ"), 1, "mã XYZ"),
        (("--closes", "20/11", "--unit", "X07201"), 1, "không tham gia"),
    ):
        done = cchc("extend", "--step", "self_assessment", *REASON, "--yes", *words)
        assert (done.exit_code, sentence in done.output) == (status, True), done.output
    assert closes(province, "STP") == at("2026-11-16 00:00")


def test_ladders_are_listed_and_one_is_set_when_it_is_agreed(
    province: Sessions, cchc: Cchc
) -> None:
    """C4, N8."""
    listed = cchc("ladder")
    assert listed.exit_code == 0, listed.output
    assert "Tự đánh giá (đơn vị)" in listed.output
    assert "Trước hạn (ngày làm việc): 10, 5, 3, 1" in listed.output
    change = ("ladder", "--duty", "self_assessment", "--before", "4,2")
    assert cchc(*change, typed="n\n").exit_code == 1
    assert before_end(province) == (10, 5, 3, 1)
    done = cchc(*change, typed="y\n")
    assert done.exit_code == 0, done.output
    assert "08:00 thứ Ba, 10/11/2026 (30 đầu việc)" in done.output
    assert before_end(province) == (4, 2)
    assert cchc("ladder", "--duty", "self_assessment", "--default", "--yes").exit_code == 0
    assert before_end(province) == (10, 5, 3, 1)


def test_a_ladder_that_cannot_be_is_refused(province: Sessions, cchc: Cchc) -> None:
    for words, status, sentence in (
        (("--before", "4"), 2, "--duty is needed"),
        (("--duty", "lunch"), 1, '"lunch"'),
        (("--duty", "self_assessment", "--before", "mười"), 1, '"mười"'),
        (("--duty", "self_assessment", "--hour", "22:00", "--yes"), 1, "22:00"),
        (("--duty", "self_assessment", "--weeks", "27", "--yes"), 1, "26"),
    ):
        done = cchc("ladder", *words)
        assert (done.exit_code, sentence in done.output) == (status, True), done.output
    assert before_end(province) == (10, 5, 3, 1)


def test_manners_are_shown_and_set_for_everybody(province: Sessions, cchc: Cchc) -> None:
    """F15."""
    assert "20:00" in cchc("manners").output
    done = cchc("manners", "--quiet-from", "18:00", "--a-day", "2", "--no-free-days")
    assert done.exit_code == 0, done.output
    with province() as session:
        found = reminders.manners_of(session)
    assert (f"{found.quiet_from:%H:%M}", found.a_day, found.free_days) == ("18:00", 2, False)
    for words in (("--a-day", "0"), ("--pause", "61"), ("--quiet-from", "tối")):
        assert cchc("manners", *words).exit_code == 1
    with province() as session:
        assert reminders.manners_of(session) == found


def test_an_act_is_recorded_with_its_document_and_taken_back(
    province: Sessions, cchc: Cchc, clock: TestClock
) -> None:
    """C20."""
    clock.set("2026-11-13 09:00")
    act = ("done", "--act", "council")
    assert cchc(*act, "--undo").exit_code == 1
    assert cchc(*act, "--paper", "1136/QĐ-UBND 14/11/2026").exit_code == 1
    done = cchc(*act, "--paper", "1136/QĐ-UBND 12/11/2026")
    assert done.exit_code == 0, done.output
    with province() as session:
        campaign = session.scalars(select(Campaign)).one()
        kept = milestones.done(session, campaign)[Act.COUNCIL]
    assert (kept.number, kept.dated_on) == ("1136/QĐ-UBND", date(2026, 11, 12))
    assert cchc(*act).exit_code == 1
    assert cchc(*act, "--undo").exit_code == 0
    with province() as session:
        campaign = session.scalars(select(Campaign)).one()
        assert milestones.done(session, campaign) == {}


def test_who_signs_the_drafted_papers_is_shown_and_set(province: Sessions, cchc: Cchc) -> None:
    assert "GIÁM ĐỐC" in cchc("signatory").output
    done = cchc("signatory", "--title", "KT. GIÁM ĐỐC / PHÓ GIÁM ĐỐC")
    assert done.output.endswith("KT. GIÁM ĐỐC\nPHÓ GIÁM ĐỐC\n")
    assert cchc("signatory", "--title", "a / b / c / d").exit_code == 1
    assert "KT. GIÁM ĐỐC" in cchc("signatory").output
    assert "KT." not in cchc("signatory", "--default").output
