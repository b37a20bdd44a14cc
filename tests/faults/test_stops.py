"""SIGTERM again and again under load: it ends by itself within ten seconds, with status 0, and
what was on its way has arrived: nothing is sent twice or left as unknown (X26). The seed is
printed."""

import time
from pathlib import Path

import pytest
from sqlalchemy.orm import Session, sessionmaker

from bot.store import Store
from tests.bot_api import serve
from tests.faults import figures
from tests.faults.checker import bytes_missing, check
from tests.faults.nursery import Nursery
from tests.faults.officers import hire
from tests.faults.workday import Broadcast, at_work, drain, expect

STOPS = figures.count(200, 8)
OFFICERS = 20
STOP_SECONDS = 10.0


@pytest.mark.heavy
@pytest.mark.timeout(600 + 30 * STOPS)
def test_every_stop_is_quick_and_leaves_nothing_undone(
    province: sessionmaker[Session], database_url: str, tmp_path: Path
) -> None:
    chance, seconds = figures.chance(), []
    with serve() as api, Nursery(database_url, tmp_path, api.url) as nursery:
        officers, stop = hire(province, api, OFFICERS, chance)
        with at_work([*officers, Broadcast(province, stop)], stop):
            for _ in range(STOPS):
                nursery.start()
                time.sleep(chance.uniform(0.0, 1.5))
                began = time.monotonic()
                assert nursery.stop() == 0, nursery.log[-3000:]
                seconds.append(time.monotonic() - began)
            nursery.start()
        drain(province, api)
        assert nursery.stop() == 0
        found = check(province, officers, api)
    found.broken += bytes_missing(province, Store(tmp_path / "evidence"))
    seconds.sort()
    figures.note(
        "X26",
        f"{STOPS} stops under load, all with status 0: {seconds[len(seconds) // 2]:.2f} s "
        f"(median), {seconds[-1]:.2f} s (longest); {found}",
    )
    assert [failure for officer in officers for failure in officer.failures] == []
    expect(found)
    assert (found.answers_sent_twice, found.notices_unknown) == (0, 0), found
    assert seconds[-1] <= STOP_SECONDS
    assert "Traceback" not in nursery.log, nursery.log[-3000:]
