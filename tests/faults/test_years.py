"""Five years of reminders with a clock that jumps and a process that dies when they fall due:
every target has exactly one run, or one recorded reason why it had none (F16, I5)."""

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy.orm import Session, sessionmaker

from models import database
from tests.conftest import SERVER
from tests.faults import figures
from tests.faults.years import province
from tests.faults.years.checking import check
from tests.faults.years.simulation import Simulation

YEARS = range(2026, 2027 if SERVER else 2031)
UNITS = int(os.environ.get("CCHC_UNITS") or figures.count(300, 30))
CRASHES, JUMPS = 170, 40  # A year.


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
