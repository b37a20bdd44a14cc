"""Four processes write to the same rows at the same time: no update is lost and nobody is told
that the database is locked (X12)."""

import os
import subprocess
import sys
import time

import pytest
from sqlalchemy.orm import Session, sessionmaker

from models import settings
from tests.faults import figures
from tests.faults.process import ROOT

WRITERS = 4
EACH = figures.count(10_000, 60)
KEY = "counted"

WRITER = """
import asyncio, sys
from sqlalchemy import select
from models import database
from models.settings import Setting

def add(session):
    row = session.scalars(select(Setting).where(Setting.key == sys.argv[3]).with_for_update())
    held = row.one()
    held.value = str(int(held.value) + 1)

async def run():
    db = database.Database(database.create(sys.argv[1]))
    for _ in range(int(sys.argv[2])):
        await db.write(add)
    db.close()

asyncio.run(run())
"""


@pytest.mark.heavy
@pytest.mark.timeout(3600)
def test_writers_that_meet_lose_nothing(sessions: sessionmaker[Session]) -> None:
    with sessions.begin() as session:
        settings.put(session, KEY, "0")
    url = sessions.kw["bind"].url.render_as_string(hide_password=False)
    command = [sys.executable, "-c", WRITER, url, str(EACH), KEY]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    began = time.monotonic()
    writers = [
        subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True)
        for _ in range(WRITERS)
    ]
    said = [writer.communicate()[1] for writer in writers]
    assert [writer.returncode for writer in writers] == [0] * WRITERS, said
    assert [words for words in said if "locked" in words] == []
    with sessions() as session:
        assert settings.get(session, KEY) == str(WRITERS * EACH)
    seconds = time.monotonic() - began
    figures.note(
        "X12",
        f"{WRITERS} processes × {EACH:,} read-modify-writes of one row: 0 lost, 0 errors "
        f"({seconds:.0f} s)",
    )
