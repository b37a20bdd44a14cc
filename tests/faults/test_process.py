"""The process as an operator sees it: it stops when told to, and keeps its secrets (X26, T13)."""

import contextlib
import time
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import make_url, select
from sqlalchemy.orm import Session, sessionmaker

from models.base import Base
from models.campaigns import Campaign
from models.clock import wall_clock
from models.evidence import Evidence
from models.outbox import OutboxMessage, SendStatus
from models.people import By, Role, invitations
from tests.bot_api import TOKEN, Server, User, serve
from tests.faults.officers import open_self_assessment
from tests.faults.process import BotProcess
from tests.faults.stage import OPEN, bind, eventually
from tests.papers import pdf

UNITS = ("STP", "STC", "SCT", "SXD", "SYT", "SNGV")
STOP_SECONDS = 10.0


@contextlib.contextmanager
def officers(sessions: sessionmaker[Session]) -> Iterator[tuple[Server, list[User]]]:
    """A platform, and an officer of each unit, with the self-assessment open now."""
    with serve() as api:
        users = [api.user(unit) for unit in UNITS]
        with sessions.begin() as session:
            open_self_assessment(session, wall_clock())
            for user, unit in zip(users, UNITS, strict=True):
                bind(session, user, unit, unit, Role.FOCAL_OFFICER, wall_clock)
        yield api, users


def worked_off(sessions: sessionmaker[Session], api: Server, files: int) -> bool:
    with sessions() as session:
        kept = len(session.scalars(select(Evidence.id)).all())
        unsent = session.scalars(select(OutboxMessage.id).where(OutboxMessage.status.in_(OPEN)))
        return kept == files and not unsent.all() and not api.state()["pending"]


def test_it_stops_within_ten_seconds_under_load_and_loses_nothing(
    province: sessionmaker[Session], database_url: str, tmp_path: Path
) -> None:
    """Also while downloads and sends hang that would take a minute."""
    with officers(province) as (api, users):
        bot = BotProcess(database_url, tmp_path, api.url)
        bot.start()
        api.fault("download", "hang", times=3)
        api.fault("sendMessage", "hang", times=2, after=True)
        for user in users:
            for n in range(3):
                user.document(f"{user.id}-{n}.pdf", pdf(f"{user.id}-{n}"), "1.1.1")
        eventually(lambda: api.state()["calls"].get("getFile", 0) >= 3)
        began = time.monotonic()
        assert bot.stop() == 0
        assert time.monotonic() - began < STOP_SECONDS
        api.heal()
        bot.start()
        eventually(lambda: worked_off(province, api, 3 * len(users)), 60)
        assert bot.stop() == 0
        assert "Traceback" not in bot.log, bot.log[-3000:]
        receipts = [message for message in api.delivered() if "Đã lưu 1/1" in message.text]
    with province() as session:
        names = list(session.scalars(select(Evidence.name).order_by(Evidence.id)))
        states = set(session.scalars(select(OutboxMessage.status)))
    for user in users:
        mine = [name for name in names if name.startswith(f"{user.id}-")]
        assert mine == [f"{user.id}-{n}.pdf" for n in range(3)]
    assert states == {SendStatus.SENT}
    # A receipt that may have arrived is sent once more (I5).
    assert len(names) <= len(receipts) <= len(names) + 2


def test_no_secret_is_in_anything_that_is_written(
    province: sessionmaker[Session], database_url: str, tmp_path: Path
) -> None:
    """T13: with everything logged and every fault, in the log, on the screen, in the database."""
    with province.begin() as session:
        unit = session.scalars(select(Campaign)).one().owner
        by = By(wall_clock())
        code = invitations.invite(session, by, unit=unit, role=Role.COORDINATOR, name="Chi")
    with officers(province) as (api, users):
        debug = {"CCHC_LOG__LEVEL": "DEBUG", "PYTHONASYNCIODEBUG": "1"}
        bot = BotProcess(database_url, tmp_path, api.url, **debug)
        bot.start()
        for kind in ("502", "reset", "garbage", "429"):
            for method in ("sendMessage", "getFile", "answerCallbackQuery"):
                api.fault(method, kind, retry_after=1)
        api.fault("getUpdates", "502")
        api.fault("getUpdates", "garbage")
        api.fault("download", "cut", at=10)
        api.fault("download", "404")
        for n, user in enumerate(users):
            user.document(f"{n}.pdf", pdf(f"{n}"), "1.1.1")
            user.text("/lich")
        with api.away():
            time.sleep(0.5)
        eventually(lambda: worked_off(province, api, len(users)), 60)
        chi = api.user("Chi")
        chi.text(f"/start {code}")
        chi.press(chi.wait_for_reply(20), "Đúng, tôi tham gia")
        eventually(lambda: any("Đã ghi nhận" in m.text for m in chi.messages()))
        assert bot.stop() == 0
        assert "DEBUG" in bot.log.upper()
        written = {"screen": bot.printed.encode()} | _files(tmp_path) | _rows(province)
        written |= _files(Path(make_url(database_url).database or ".").parent, "province*")
    assert {"screen", "bot.log", "inbox_event"} < set(written)
    for secret in (TOKEN.split(":")[1], code):
        assert [place for place, found in written.items() if secret.encode() in found] == []


def _files(folder: Path, pattern: str = "*") -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.rglob(pattern) if path.is_file()}


def _rows(sessions: sessionmaker[Session]) -> dict[str, bytes]:
    with sessions() as session:
        tables = Base.metadata.sorted_tables
        return {t.name: repr(session.execute(select(t)).all()).encode() for t in tables}
