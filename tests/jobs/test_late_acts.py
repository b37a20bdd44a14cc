"""What is due by a day is late behind it, and still taken: the clock put around the ends of the
steps that close nothing, for every way in which they are done (I6, R6.1, R6.3–R6.9)."""

from datetime import datetime

import click
import pytest
from click.testing import CliRunner
from sqlalchemy import select

from bot.commands.assign import assign
from bot.commands.campaign import campaign
from bot.words import choices_on_screen
from jobs.reminders import queue_due_reminders
from models import campaigns, milestones
from models.campaigns import Campaign, Step
from models.milestones import Act
from models.milestones.duty import STEPS
from models.people import By, Role
from tests.bench import Bench, Officer
from tests.clock import at
from tests.desk import TestDesk
from tests.jobs.test_boundaries import (
    ENDS,
    SECOND,
    Desk,
    an_approval,
    around,
    put,
    withdraw_plan,
)


@pytest.fixture
def desk(bench: Bench) -> Desk:
    return Desk(bench)


def closes(desk: Desk, step: Step) -> datetime:
    with desk.bench.sessions() as session:
        found = session.scalars(select(Campaign)).one()
        return campaigns.effective_window(session, found, step, None).closes_at


def commanded(desk: Desk, command: click.Command, *words: str) -> str:
    """What a command line says against it at this moment; empty where it is done."""
    here = TestDesk(desk.bench.sessions, desk.bench.clock)
    result = CliRunner().invoke(command, words, obj=here)
    assert result.exit_code == bool(result.stderr), result.output
    return result.stderr


def assigned(desk: Desk) -> Officer:
    """One more reviewer who has just been given an area, from the command line."""
    reviewer = desk.bench.officer(f"Người thẩm định {desk.number()}", "STP", Role.REVIEWER)
    who = str(reviewer.person_id)
    assert not commanded(desk, assign, "--agency", "STP", "--person", who, "--area", "2")
    return reviewer


@pytest.mark.parametrize("act", Act)
def test_an_act_of_who_leads_is_recorded_at_any_instant_around_its_end(
    desk: Desk, act: Act
) -> None:
    """C20: by a button, and by the number of its paper as it is typed."""
    end = closes(desk, STEPS[act])
    with desk.bench.sessions() as session:
        led = session.scalars(select(Campaign.id)).one()
    for instant in around(end):
        for paper in ("", "12/QĐ-UBND"):
            put(desk.bench, instant)
            desk.lan.types("/lich")
            desk.lan.picks("record_acts", led)
            desk.lan.picks("record_act", f"{led}:{act}")
            if paper:
                desk.lan.types(paper)
            else:
                desk.lan.picks("record_without_paper")
            with desk.bench.sessions.begin() as session:
                found, by = session.scalars(select(Campaign)).one(), By(instant)
                assert milestones.is_done(session, found, act), f"{instant}: {desk.lan.text}"
                milestones.take_back(session, by, found, act)


def test_a_task_is_given_and_taken_on_at_any_instant_around_its_ends(desk: Desk) -> None:
    """R6.3, R6.4: from the command line and from the chat; whoever is late takes it on late."""
    for step in (Step.COUNCIL, Step.ROUND_1):
        for instant in around(closes(desk, step)):
            put(desk.bench, instant)
            reviewer = assigned(desk)
            reviewer.picks("acknowledge_task")
            desk.lan.sees("task_acknowledged", agency="Sở Tư pháp")


def test_the_plan_is_issued_at_any_instant_around_its_day_and_once(desk: Desk) -> None:
    words = ("plan", "--number", "7/KH-SNV", "--date", "12/10/2026", "--yes")
    for instant in around(closes(desk, Step.PLAN)):
        desk.change(withdraw_plan)
        put(desk.bench, instant)
        assert not commanded(desk, campaign, *words)
        assert "đã ban hành" in commanded(desk, campaign, *words)


def test_a_unit_is_let_in_again_up_to_an_instant_that_is_still_to_come(desk: Desk) -> None:
    """F37, from the command line; its window lasts up to that instant (F7)."""
    put(desk.bench, ENDS - SECOND)
    _, approves = an_approval(desk)
    approves()
    until = at("2026-11-20 17:00")
    words = ["reopen", "--unit", "STP", "--until", "17:00 20/11/2026", "--reason", "CV 12"]
    for instant in (until + SECOND, until):
        put(desk.bench, instant)
        assert "đã qua" in commanded(desk, campaign, *words, "--yes")
    put(desk.bench, until - SECOND)
    assert not commanded(desk, campaign, *words, "--yes")
    found = []
    for instant in around(until):
        put(desk.bench, instant)
        desk.an.sends(desk.new_file(), caption="1.1.1")
        found.append(desk.an.last.name)
    assert found == ["evidence_saved", "refusal.window_closed", "refusal.window_closed"]


def test_a_reminder_comes_at_its_instant_and_is_put_off_only_to_what_is_ahead(
    desk: Desk,
) -> None:
    """F10, F14."""

    def tick(instant: datetime) -> bool:
        put(desk.bench, instant)
        return queue_due_reminders(desk.bench.sessions, desk.bench.clock) > 0

    due, later = at("2026-11-11 08:00"), at("2026-11-11 14:00")
    tick(due - 2 * SECOND)  # What was due before is told.
    assert [tick(instant) for instant in around(due)] == [False, True, False]
    desk.an.picks("snooze")
    offer = desk.an.last
    [_, at_two, _] = [c for c, _ in choices_on_screen(offer) if c.action == "snooze_until"]
    found = []
    for instant in (later + SECOND, later, later - SECOND):
        put(desk.bench, instant)
        desk.an.picks("snooze_until", at_two.value, on=offer)
        found.append(desk.an.last.name)
    assert found == ["refusal.snooze_time_gone", "refusal.snooze_time_gone", "snoozed"]
