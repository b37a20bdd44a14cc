"""No secret stands in anything that a process with DEBUG logs writes, whatever goes wrong (T13);
a token of another bot refuses the start (T18); forged posts leave nothing (T5)."""

import contextlib
import http.client
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from sqlalchemy import func, make_url, select
from sqlalchemy.orm import Session, sessionmaker

from models import units
from models.base import Base
from models.clock import wall_clock
from models.inbox import InboxEvent
from models.people import By, Role, invitations
from models.settings import Setting
from tests.bot_api import TOKEN, Server, serve
from tests.faults import figures
from tests.faults.process import ROOT, BotProcess
from tests.faults.stage import eventually

SECRET = "s3cret-of-the-webhook-0123456789abcdef"
PASSWORD = "pr0xy-password"


@pytest.fixture
def api() -> Iterator[Server]:
    with serve() as server:
        yield server


def written(folder: Path, sessions: sessionmaker[Session], url: str) -> dict[str, bytes]:
    """All bytes that the process wrote: the log, the store, the database with its journal."""
    found = {p.name: p.read_bytes() for p in folder.rglob("*") if p.is_file()}
    database = make_url(url).database or ""
    if url.startswith("sqlite"):
        found |= {
            p.name: p.read_bytes() for p in Path(database).parent.glob(f"{Path(database).name}*")
        }
    with sessions() as session:
        for table in Base.metadata.sorted_tables:
            found[table.name] = repr(session.execute(select(table)).all()).encode()
    return found


@pytest.mark.heavy
def test_a_debug_run_with_faults_writes_no_secret(
    province: sessionmaker[Session], database_url: str, tmp_path: Path, api: Server
) -> None:
    with province.begin() as session:
        unit = units.by_code(session, "STP")
        assert unit is not None
        by = By(wall_clock())
        code = invitations.invite(session, by, unit=unit, role=Role.FOCAL_OFFICER, name="An")
        other = invitations.invite(session, by, unit=unit, role=Role.DEPUTY, name="Bình")
    token = tmp_path.parent / f"{tmp_path.name}-token"
    token.write_text(TOKEN + "\n")
    token.chmod(0o600)
    bot = BotProcess(database_url, tmp_path, api.url)
    del bot._environment["CCHC_TELEGRAM__TOKEN"]
    bot._environment |= {
        "CCHC_TELEGRAM__TOKEN_FILE": str(token),
        "CCHC_TELEGRAM__WEBHOOK_SECRET": SECRET,
        "CCHC_LOG__LEVEL": "DEBUG",
        "CCHC_LIMITS__TURNS_A_MINUTE": "60",
    }
    bot.start()
    an, stranger = api.user("An"), api.user("Lạ")
    for method, kind in (
        ("sendMessage", "reset"),
        ("getUpdates", "502"),
        ("getFile", "502"),
        ("download", "reset"),
    ):
        api.fault(method, kind, times=1)
    an.text(f"/start {code}")
    eventually(lambda: [m for m in an.messages() if m.buttons])
    an.press([m for m in an.messages() if m.buttons][-1], "Đúng, tôi tham gia")
    eventually(lambda: len(an.messages()) >= 2)
    api.fault("sendMessage", "502", times=1)
    an.document("KH-12.pdf", b"%PDF-1.4 mot", caption="1.1.1")
    an.text("/dangnhap")
    stranger.text(f"Mã của tôi là {other.lower()}")
    stranger.text(f"token {TOKEN}")
    api.update(message="unreadable", secret=1)
    eventually(lambda: len(an.messages()) >= 4)
    eventually(stranger.messages)
    time.sleep(0.5)
    assert bot.stop() == 0
    found = [
        (name, secret[:6])
        for name, content in written(tmp_path, province, database_url).items()
        for secret in (TOKEN.split(":")[1], SECRET, code, other, code.lower(), other.lower())
        if secret.encode() in content
    ]
    # A stranger wrote the token himself: what people write is kept; the log has it hidden.
    assert [each for each in found if each[0] == "bot.log"] == []
    assert {secret for _, secret in found} <= {TOKEN.split(":")[1][:6]}
    assert "DEBUG" in bot.log.upper()


def test_the_token_of_another_bot_refuses_the_start(
    province: sessionmaker[Session], database_url: str, tmp_path: Path, api: Server
) -> None:
    with province.begin() as session:
        session.add(Setting(key="telegram_bot", value="999"))
    bot = BotProcess(database_url, tmp_path, api.url)
    ended = subprocess.run(
        [sys.executable, "-m", "bot", "run"],
        cwd=tmp_path,
        env=bot._environment | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        timeout=60,
        text=True,
    )
    assert ended.returncode == 1
    said = [line for line in ended.stderr.splitlines() if line and not line.startswith("{")]
    assert len(said) == 1, ended.stderr
    assert TOKEN not in ended.stderr + ended.stdout
    assert api.state()["calls"] == {}


POSTS, POSTERS = int(os.environ.get("CCHC_POSTS", "200")), 4
BODY = b'{"update_id": %d, "message": {"text": "/start", "chat": {"id": 1}}}'


@pytest.mark.heavy
@pytest.mark.timeout(120 + POSTS // 20)
def test_forged_posts_leave_nothing(
    province: sessionmaker[Session], database_url: str, tmp_path: Path, api: Server
) -> None:
    bot = BotProcess(database_url, tmp_path, api.url)
    bot._environment |= {
        "CCHC_WEB__PUBLIC_URL": "https://cchc.test",
        "CCHC_TELEGRAM__WEBHOOK_URL": "https://cchc.test/telegram",
        "CCHC_TELEGRAM__WEBHOOK_SECRET": SECRET,
    }
    bot.start()
    began = time.monotonic()
    with ThreadPoolExecutor(POSTERS) as crowd:
        heard = Counter[int]()
        for counted in crowd.map(lambda first: post_all(bot.web, first), range(POSTERS)):
            heard += counted
    assert bot.stop() == 0
    figures.note("T5", f"{POSTS:,} forged posts in {time.monotonic() - began:.0f} s: {heard}")
    assert heard == {403: POSTS}
    with province() as session:
        assert session.scalar(select(func.count()).select_from(InboxEvent)) == 0


def post_all(web: str, first: int) -> Counter[int]:
    """A share of the posts, over one connection; how often each status was heard."""
    secrets = ("", "x", SECRET[:-1], SECRET + "x", SECRET.upper(), " ", "é")
    heard = Counter[int]()
    with contextlib.closing(http.client.HTTPConnection(urlsplit(web).netloc, timeout=30)) as line:
        for number in range(first, POSTS, POSTERS):
            secret = secrets[number % len(secrets)]
            headers = {"X-Telegram-Bot-Api-Secret-Token": secret} if secret else {}
            line.request("POST", "/telegram", BODY % number, headers)
            answer = line.getresponse()
            answer.read()
            heard[answer.status] += 1
    return heard
