"""Receipts, and what becomes of them when a sheet is reopened (F37, F38, N18)."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal as D

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from models import assessment, conduct, evidence, submission
from models.assessment import SelfScore
from models.people import By
from tests.clock import at
from tests.models.office import DAY, END, Office, refused


@pytest.fixture
def office(province: sessionmaker[Session]) -> Iterator[Office]:
    with province() as session:
        yield Office(session)
        session.rollback()


def test_a_receipt_knows_whether_the_sheet_is_what_was_sent(office: Office) -> None:
    """N18."""
    sent = office.send()
    typed = sent.code[:-4].lower() + sent.code[-4:].replace("0", "O").replace("1", "l")
    found = submission.verify(office.session, office.an, f" {typed} ")
    assert (found.submission, found.unchanged, found.whole) == (sent, True, True)
    score = assessment.score_of(office.session, office.line("1.1.1").id)
    assert score is not None
    score.points = D("0.01")  # Somebody with a hand in the database.
    office.session.flush()
    found = submission.verify(office.session, office.an, sent.code)
    assert (found.unchanged, found.whole) == (False, True)
    sent.content = {"lines": []}
    office.session.flush()
    assert submission.verify(office.session, office.an, sent.code).whole is False


def test_no_two_receipts_have_one_code(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """F38: the draw is repeated until nobody has the code."""
    drawn = iter("7KQ4" + "7KQ4" + "7KQ5")
    monkeypatch.setattr("secrets.choice", lambda _: next(drawn))
    first = office.send()
    conduct.reopen(office.session, office.lan, office.sheet, END, "sai số liệu")
    second = office.send()
    assert (first.code, second.code) == ("STP-26-7KQ4", "STP-26-7KQ5")


# Reopening


def test_a_reopened_sheet_is_open_until_the_instant_given(office: Office) -> None:
    """F37: by an extension of the unit's window; the old receipt stays and is marked."""
    sent = office.send()
    until = at("2026-11-21 00:00")
    now = at("2026-11-17 09:00")
    by, an = replace(office.lan, at=now), replace(office.an, at=now)
    conduct.reopen(office.session, by, office.sheet, until, " sai số liệu ")
    assert (office.sheet.locked_at, sent.reopening and sent.reopening.reason) == (
        None,
        "sai số liệu",
    )
    evidence.explain(office.session, an, office.line("1.1.1"), "Khác")
    late = replace(office.an, at=until)
    refusal = refused(lambda: evidence.explain(office.session, late, office.line("1.1.1"), "Muộn"))
    assert refusal.name == "window_closed"
    again = office.send(until - timedelta(seconds=1))
    assert (again.late_seconds, again.id != sent.id) == (None, True)
    versions = select(func.max(SelfScore.version)).where(
        SelfScore.line_id == office.line("1.2.2").id
    )
    assert office.session.scalar(versions) == 2


def test_a_reopening_does_not_make_a_late_unit_punctual(office: Office) -> None:
    """domain.md 13c 7: what was late at first stays late."""
    office.grace(60)
    late = END + timedelta(minutes=30)
    office.send(late)
    until = END + timedelta(days=5)
    conduct.reopen(office.session, replace(office.lan, at=late), office.sheet, until, "sai")
    again = office.send(late + timedelta(hours=1))
    assert again.late_seconds == 30 * 60


def test_a_reopening_needs_a_sent_sheet_a_reason_and_time_ahead(office: Office) -> None:
    def reopen(until: datetime, reason: str = "sai", by: By = office.lan) -> str:
        deed = lambda: conduct.reopen(office.session, by, office.sheet, until, reason)  # noqa: E731
        return refused(deed).name

    assert reopen(END) == "nothing_to_reopen"
    office.send()
    assert reopen(DAY) == "reopening_is_past"
    assert reopen(END - timedelta(days=1)) == "reopening_shortens"
    assert reopen(END, "  ") == "reopening_needs_reason"
    assert reopen(END, "x" * 501) == "reason_too_long"
    assert reopen(END, by=office.an) == "not_your_role"
    assert office.sheet.locked_at is not None
