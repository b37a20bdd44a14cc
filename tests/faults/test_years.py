"""Five years of reminders with a clock that jumps and a process that dies when they fall due:
every target has exactly one run, or one recorded reason why it had none (F16, I5)."""

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
import time_machine
from sqlalchemy.orm import Session, sessionmaker

from models import database
from tests.bot_api import Server, serve
from tests.conftest import SERVER
from tests.faults import figures
from tests.faults.process import BotProcess
from tests.faults.years import province
from tests.faults.years.checking import check
from tests.faults.years.deaths import Deaths, delivered, instants_of
from tests.faults.years.simulation import Simulation
from tests.faults.years.turned import TurnedNursery

YEARS = range(2026, 2027 if SERVER else 2031)
UNITS = int(os.environ.get("CCHC_UNITS") or figures.count(300, 30))
CRASHES, JUMPS = 170, 40  # A year.
KILLS = int(os.environ.get("CCHC_KILLS_OF_YEARS") or figures.count(50, 3 if SERVER else 5))
MORTALS, MOST_A_YEAR = 30, 10
DATABASE = "PostgreSQL" if SERVER else "SQLite"


@pytest.mark.heavy
@pytest.mark.timeout(600 + 20 * UNITS)
def test_every_target_of_five_years_has_one_run_or_one_reason(
    sessions: sessionmaker[Session], database_url: str, tmp_path: Path
) -> None:
    chance = figures.chance()
    begins = datetime(YEARS[0], 9, 30, tzinfo=UTC)
    with sessions.begin() as session:
        province.found(session, tmp_path, UNITS, begins)
    mortal = sessionmaker(database.create(database_url), expire_on_commit=False)
    years = Simulation(mortal, sessions, chance, begins)
    for year in YEARS:
        years.plan_year(year, CRASHES, JUMPS)
    years.finish(datetime(YEARS[-1] + 1, 12, 31, tzinfo=UTC))
    with sessions() as session:
        found = check(session, YEARS, years.world, years.log)
    what = f"{len(YEARS)} years, {UNITS} units, {years.log.jumps} jumps of the clock"
    figures.note(
        "F16", f"{what}, {years.log.crashes} crashes, {years.log.strikes} at work: {found}"
    )
    assert found.broken == []
    assert years.log.crashes >= 100 * len(YEARS)
    assert years.log.strikes > 0.1 * years.log.crashes
    assert found.calm > found.targets / 10


@pytest.mark.heavy
@pytest.mark.timeout(300 + 30 * KILLS)
def test_a_process_that_is_killed_when_something_falls_due_tells_everybody_once(
    sessions: sessionmaker[Session], database_url: str, tmp_path: Path
) -> None:
    """X15: real processes, SIGKILL within two seconds of instants at which all units are told."""
    chance = figures.chance()
    with (
        time_machine.travel(datetime(YEARS[0], 9, 30, tzinfo=UTC), tick=True) as travel,
        serve() as api,
        TurnedNursery.beside(BotProcess(database_url, tmp_path, api.url)) as nursery,
    ):
        with sessions.begin() as session:
            now = datetime.now(UTC)
            province.found(session, tmp_path, MORTALS, now, lambda code: on_telegram(api, code))
        deaths = Deaths(sessions, api, nursery, chance, travel.move_to)
        visits = spread(KILLS)
        for year, count in visits.items():
            travel.move_to(datetime(year, 10, 1, 1, tzinfo=UTC))
            with sessions.begin() as session:
                campaign = province.begin_year(session, year, datetime.now(UTC))
                instants = instants_of(session, campaign.id)
            for instant in sorted(chance.sample(instants, count)):
                deaths.visit(instant)
                deaths.send_some(campaign.id, 0.1)
        deaths.finish(datetime(max(visits) + 1, 12, 31, 2, tzinfo=UTC))
        with sessions() as session:
            found = check(session, visits, delivered(session, api), deaths.log)
    killed = f"{deaths.log.crashes} processes killed, {deaths.log.strikes} while telling"
    figures.note("F16", f"{DATABASE}, {len(visits)} years, {MORTALS} units, {killed}: {found}")
    assert found.broken == []
    assert deaths.log.crashes == KILLS
    assert found.told > 0


def spread(kills: int) -> dict[int, int]:
    """As many of each year's instants as that takes, but not all of them."""
    years = range(YEARS[0], YEARS[0] + -(-kills // MOST_A_YEAR))
    return {year: min(MOST_A_YEAR, kills - n * MOST_A_YEAR) for n, year in enumerate(years)}


def on_telegram(api: Server, code: str) -> tuple[str, str]:
    return "telegram", str(api.user(code).id)
