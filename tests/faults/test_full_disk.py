"""The disk fills up and is freed again, at random, under everything that is written: database,
files, log. Nothing is said to be saved that is not, and nothing needs a restart (X13; I4).

The disk is a small tmpfs, for which the test must be allowed to mount one; else it is left out.
"""

import logging
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import make_url
from sqlalchemy.orm import Session, sessionmaker

from bot.store import Store
from models.inbox import EventStatus
from tests.bot_api import TOKEN, serve
from tests.clock import TestClock
from tests.faults import figures
from tests.faults.checker import bytes_missing
from tests.faults.stage import Stage
from tests.live import configure, running
from tests.papers import pdf

FILLINGS = figures.count(100, 8)
DISK = 48 << 20
UNITS = ("STP", "STC", "SCT", "SXD", "SYT", "SNGV")
RESERVE = 64 << 10
CODES = ("1.1.1", "1.1.2", "1.1.3", "1.2.1", "1.3.1", "1.4.1", "1.5")


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "disk"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={DISK}", "tmpfs", str(folder)]
    try:
        done = subprocess.run(command, capture_output=True, text=True)
    except FileNotFoundError as error:
        pytest.skip(f"no disk of its own to fill: {error}")
    if done.returncode:
        pytest.skip(f"no disk of its own to fill: {done.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


@contextmanager
def full(disk: Path) -> Iterator[None]:
    """Not a byte is left."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file:
        for size in (1 << 20, 4 << 10, 1):
            try:
                while True:
                    file.write(bytes(size))
            except OSError:
                continue
    try:
        yield
    finally:
        filler.unlink()


@pytest.mark.heavy
@pytest.mark.timeout(600 + 30 * FILLINGS)
def test_nothing_is_said_to_be_saved_that_is_not_and_nothing_needs_a_restart(
    province: sessionmaker[Session],
    database_url: str,
    clock: TestClock,
    disk: Path,
    hurried: None,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.CRITICAL)
    monkeypatch.setattr(
        "bot.app.Store", lambda folder: Store(folder, free_bytes=RESERVE, free_share=0)
    )
    url = on_disk(database_url, disk)
    chance, sent = figures.chance(), 0
    with serve(clock=clock) as api:
        config = configure(url, disk, token=TOKEN, api_url=api.url)
        with running(config, clock) as live:
            sessions = live.bot.database.sessions
            stage = Stage(api, live, clock, sessions)
            officers = [stage.officer(unit, unit) for unit in UNITS]
            for _ in range(FILLINGS):
                for an in chance.sample(officers, 3):
                    name = f"{an.user.id}-{sent}.pdf"
                    an.user.document(name, pdf(name), chance.choice(CODES))
                    an.user.text("/trogiup")
                    sent += 1
                time.sleep(chance.uniform(0.0, 0.3))
                with full(disk):
                    time.sleep(chance.uniform(0.1, 1.0))
            for an in officers:
                an.user.text("/lich")
            stage.settled(120)
            kept, refused = stage.kept(), said(stage, "sắp đầy")
            receipts = said(stage, "✓ Đã lưu 1/1")
            statuses = {status for status, _ in stage.events()}
            missing = bytes_missing(live.bot.database.readers, live.bot.store)
    figures.note(
        "X13",
        f"{FILLINGS} fillings, {sent} files handed in: {len(kept)} saved and said so, "
        f"{refused} refused with a sentence, {missing} said to be saved and not there",
    )
    assert missing == 0
    assert statuses == {EventStatus.DONE}
    assert len(kept) == len(set(kept)) == receipts
    assert len(kept) + refused == sent


def on_disk(url: str, disk: Path) -> str:
    """The same SQLite database, on the disk that fills up; PostgreSQL stays where it is."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite" or parsed.database is None:
        return url
    there = disk / "cchc.db"
    there.write_bytes(Path(parsed.database).read_bytes())
    return f"sqlite:///{there}"


def said(stage: Stage, words: str) -> int:
    """How many different messages with these words people got."""
    return len({(m.chat_id, m.text) for m in stage.api.delivered() if words in m.text})
