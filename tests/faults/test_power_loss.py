"""The power goes at any instant: what was confirmed to anybody is on the disk (X3).

A real bot is recorded at work; the disk is then laid out as it was at each instant at which it
confirmed something, without what was not forced to it by then, and opened. The seed is printed.
"""

import contextlib
import random
import re
import shutil
import sqlite3
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote_plus

import pytest
from sqlalchemy import make_url, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, sessionmaker

from bot.store import Store
from models import database
from models.evidence import Evidence
from models.files import StoredFile
from models.inbox import InboxEvent
from tests.bot_api import Server, User, serve
from tests.faults import figures, power
from tests.faults.power import Call, Disk
from tests.faults.process import BotProcess
from tests.faults.stage import eventually
from tests.faults.test_process import officers
from tests.papers import pdf

FILES = figures.count(10, 2)  # Of each of six officers.
REPLAYS = figures.count(200, 40)
STRANGERS = 5
EVIDENCE = "new/evidence"
KEPT = "Đã lưu 1/1"
CONFIRMED = re.compile(rb'"offset": ?(\d+)')


class Recorded(BotProcess):
    @property
    def recording(self) -> Path:
        return self._folder.parent / "recording"

    def _command(self) -> list[str]:
        return power.recording(super()._command(), self.recording)


@dataclass
class Promises:
    """What others rely on: updates below ``confirmed`` are not given again, ``receipts`` files
    are said to be kept."""

    confirmed: int = 0
    receipts: int = 0

    def hear(self, call: Call) -> bool:
        """Whether this was a promise."""
        before = (self.confirmed, self.receipts)
        said = b"".join(call.strings)
        for offset in CONFIRMED.findall(said):
            self.confirmed = max(self.confirmed, int(offset))
        self.receipts += unquote_plus(said.decode("utf-8", "replace")).count(KEPT)
        return before != (self.confirmed, self.receipts)


@dataclass
class Recording:
    """``before``: the disk when the bot was started; ``database``: below it; ``updates``: all
    there were."""

    before: Path
    folder: Path
    database: str
    calls: list[Call]
    updates: list[int]

    def disk(self) -> Disk:
        """The recorded paths are those of ``folder``, where the bot worked."""
        return Disk(self.before, self.folder)


@pytest.fixture
def recordable(database_url: str) -> None:
    if not database_url.startswith("sqlite"):
        pytest.skip("on PostgreSQL the server forces what it writes")
    if power.STRACE is None:
        pytest.skip("there is no strace here")


@pytest.fixture
def recording(
    recordable: None, province: sessionmaker[Session], database_url: str, tmp_path: Path
) -> Recording:
    folder = tmp_path / "work"
    folder.mkdir()
    with officers(province) as (api, users):
        kept = folder / "cchc.db"
        with contextlib.closing(sqlite3.connect(make_url(database_url).database or "")) as all:
            all.execute("VACUUM INTO ?", (str(kept),))
        recording = record(folder, "cchc.db", api, lambda: work(api, users))
    assert len(recording.updates) == 2 * FILES * len(users)
    return recording


def record(folder: Path, name: str, api: Server, happens: Callable[[], None]) -> Recording:
    """All that the bot does in ``folder``, where its database is ``name``, from its start on."""
    before = folder.parent / "before"
    shutil.copytree(folder, before)
    # In a folder that is made for them: its name and those above it can be lost, too.
    files = {"CCHC_STORAGE__DIRECTORY": str(folder / EVIDENCE)}
    bot = Recorded(f"sqlite:///{folder / name}", folder, api.url, **files)
    bot.start()
    try:
        happens()
        assert bot.stop() == 0
    finally:
        bot.kill()
    eventually(lambda: power.is_complete(bot.recording), 60)
    calls = power.in_order(power.calls(bot.recording))
    return Recording(before, folder, name, calls, _updates(folder / name))


def work(api: Server, users: Sequence[User]) -> None:
    """Until every file's receipt is there, and the platform knows that all was heard."""
    for n in range(FILES):
        for user in users:
            user.document(f"{user.id}-{n}.pdf", pdf(f"{user.id}-{n} " * 2_000 * n), "1.1.1")
            user.text("/lich")

    def done() -> bool:
        receipts = len(_receipts(api))
        assert receipts == FILES * len(users), [message.text for message in api.delivered()]
        return not api.state()["pending"]

    eventually(done, 180)
    time.sleep(2)  # A poll takes a second, and only the next one confirms what it brought.


def _receipts(api: Server) -> list[str]:
    return [message.text for message in api.delivered() if KEPT in message.text]


def _updates(path: Path) -> list[int]:
    engine = database.create(f"sqlite:///{path}")
    with Session(engine) as session:
        ids = session.scalars(select(InboxEvent.external_id)).all()
    engine.dispose()
    return sorted(int(id.rpartition(":")[2]) for id in ids)


def problems(recording: Recording, promises: Promises, at: Path) -> list[str]:
    """What was promised and is not there, when the disk at ``at`` is opened as a start does."""
    try:
        there = set(_updates(at / recording.database))
        engine = database.create(f"sqlite:///{at / recording.database}")
        with Session(engine) as session:
            sound = session.scalar(text("PRAGMA integrity_check"))
            kept = len(session.scalars(select(Evidence.id)).all())
            digests = session.scalars(select(StoredFile.sha256)).all()
        engine.dispose()
    except DBAPIError as error:
        return [f"it cannot be opened: {error.orig}"]
    found = [] if sound == "ok" else [str(sound)]
    confirmed = [id for id in recording.updates if id < promises.confirmed]
    found += [f"update {id} is lost" for id in confirmed if id not in there]
    if kept < promises.receipts:
        found.append(f"{promises.receipts} files are said to be kept, {kept} are")
    store = Store(at / EVIDENCE)
    return found + [f"bytes {digest} are lost" for digest in digests if not store.intact(digest)]


def replay(recording: Recording, at: Path, calls: Sequence[Call]) -> tuple[int, list[str]]:
    """Everything that was not forced is lost, at each promise; how many there were."""
    disk, promises, count, found = recording.disk(), Promises(), 0, []
    for call in calls:
        disk.take(call)
        if call.name == "sendto" and promises.hear(call):
            count += 1
            disk.lay_out(_empty(at))
            found += [f"{call.begun}: {what}" for what in problems(recording, promises, at)]
    return count, found


def replay_by_chance(recording: Recording, at: Path, chance: random.Random) -> list[str]:
    """The power goes ``REPLAYS`` times, anywhere; of what was not forced a part is there, too."""
    instants = sorted(chance.sample(range(len(recording.calls)), REPLAYS))
    disk, promises, found = recording.disk(), Promises(), []
    for place, call in enumerate(recording.calls):
        disk.take(call)
        if call.name == "sendto":
            promises.hear(call)
        if instants and place == instants[0]:
            instants.pop(0)
            disk.lay_out(_empty(at), chance, chance.choice((0.0, 0.5, 0.9)))
            found += [f"{place}: {what}" for what in problems(recording, promises, at)]
    return found


def _empty(folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    return folder


@pytest.mark.heavy
@pytest.mark.timeout(600 + 60 * FILES)
def test_what_was_confirmed_is_on_the_disk_whenever_the_power_goes(
    recording: Recording, tmp_path: Path
) -> None:
    chance, at = figures.chance(), tmp_path / "after"
    promises, lost = replay(recording, at, recording.calls)
    assert lost == []
    assert promises >= len(recording.updates) / 2  # Each file's receipt is one of them.
    assert replay_by_chance(recording, at, chance) == []
    forced = sum(call.name in {"fsync", "fdatasync"} for call in recording.calls)
    figures.note(
        "X3",
        f"{len(recording.updates)} updates, {len(recording.updates) // 2} files, {forced} fsyncs "
        f"recorded: at each of {promises} promises all that no fsync had forced was dropped, and "
        f"at {REPLAYS} instants by chance a part of it: 0 lost, every database sound",
    )
    # Whoever forgot to force the database, or a folder, would be found.
    for forgotten in ("-wal", "evidence"):
        less = [call for call in recording.calls if not _forces(call, forgotten)]
        assert len(less) < len(recording.calls)
        assert replay(recording, at, less)[1] != [], forgotten


@pytest.mark.parametrize("number", ["7", "812", "12345", "1234567"])
def test_a_recording_is_read_whatever_number_the_process_has(tmp_path: Path, number: str) -> None:
    recorded = tmp_path / "recording"
    path = "".join(f"\\x{byte:02x}" for byte in b"/a/b")
    recorded.write_text(f"{number:<5} fsync(7<{path}>) = 0")
    assert [(call.name, call.path) for call in power.calls(recorded)] == [("fsync", "/a/b")]


@pytest.mark.heavy
@pytest.mark.timeout(300)
def test_what_is_confirmed_on_the_first_start_outlives_the_power(
    recordable: None, tmp_path: Path
) -> None:
    """The database is new, and so are the folders in which it lies."""
    folder = tmp_path / "work"
    folder.mkdir()
    with serve() as api:
        recording = record(folder, "var/lib/cchc.db", api, lambda: strangers_write(api))
    promises, lost = replay(recording, tmp_path / "after", recording.calls)
    assert lost == []
    assert promises >= 1
    assert len(recording.updates) == STRANGERS


def strangers_write(api: Server) -> None:
    strangers = [api.user() for _ in range(STRANGERS)]
    for stranger in strangers:
        stranger.text("/start")

    def answered() -> bool:
        return not api.state()["pending"] and all(each.messages() for each in strangers)

    eventually(answered, 60)
    time.sleep(2)  # A poll takes a second, and only the next one confirms what it brought.


def _forces(call: Call, what: str) -> bool:
    return call.name in {"fsync", "fdatasync"} and what in call.path
