"""The same sheet by the chat, by Excel and on the web is the same sheet (F20–F30, R6.2)."""

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from sqlalchemy.orm import Session, sessionmaker

from bot.telegram import TelegramChannel
from models import units
from models.people import By, Role, invitations
from tests import libreoffice
from tests.bot_api import TOKEN, Server, User, serve
from tests.clock import TestClock
from tests.conftest import Templates
from tests.journeys import filling_in
from tests.journeys.filling_in import Row
from tests.journeys.people import OnTelegram, OnTheWeb, Talker
from tests.live import Live, configure, running
from tests.province import build_province
from tests.workbooks import keyed, opened, options_of

pytestmark = [pytest.mark.heavy, pytest.mark.timeout(1800)]

UNIT = "STP"
Sessions = sessionmaker[Session]


@pytest.fixture(autouse=True)
def _as_fast_as_it_types(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without Telegram's one message a second for a chat: a sheet has a thousand answers."""
    monkeypatch.setattr(TelegramChannel, "limits", None)


@dataclass
class Office:
    """A bot with a province of its own, on Telegram and on the web."""

    api: Server
    live: Live
    clock: TestClock

    @property
    def sessions(self) -> Sessions:
        return self.live.bot.database.sessions

    def joins(self, talker: Talker) -> None:
        with self.sessions.begin() as session:
            of, by = units.by_code(session, UNIT), By(self.clock())
            assert of is not None
            role, name = Role.FOCAL_OFFICER, "Nguyễn Văn An"
            code = invitations.invite(session, by, unit=of, role=role, name=name)
        talker.types(f"/start {code}")
        talker.sees("công chức đầu mối của Sở Tư pháp")
        talker.picks("Đúng, tôi tham gia")
        talker.sees("✓ Đã ghi nhận")

    def rows(self, area: str = "") -> list[Row]:
        with self.sessions() as session:
            return filling_in.sheet_on_paper(session, UNIT, area)

    def handed_in(self, area: str = "") -> list[dict[str, object]]:
        with self.sessions() as session:
            return filling_in.handed_in(session, UNIT, area)


@contextlib.contextmanager
def office(templates: Templates, folder: Path) -> Iterator[Office]:
    clock = TestClock()
    clock.set("2026-11-03 10:05")
    url = templates.copy("province", build_province)
    folder.mkdir()
    with serve(clock=clock) as api:
        config = configure(url, folder, token=TOKEN, api_url=api.url)
        with running(config, clock) as live:
            yield Office(api, live, clock)
    templates.drop(url)


def by_chat(here: Office, an: Talker, area: str = "") -> list[dict[str, object]]:
    here.joins(an)
    for row in here.rows(area):
        filling_in.answer_in_chat(an, row)
        filling_in.prove_in_chat(an, row)
        filling_in.explain_in_chat(an, row)
    return here.handed_in(area)


def by_workbook(here: Office, user: User, folder: Path) -> list[dict[str, object]]:
    """Figures and words by Excel; documents have to be sent, whatever the way."""
    an, rows = OnTelegram(user), here.rows()
    here.joins(an)
    an.types("/bieumau")
    an.sees("Sở Tư pháp")
    sheet = next(message for message in reversed(user.messages()) if message.file)
    path = folder / "out" / "biểu.xlsx"
    path.parent.mkdir()
    path.write_bytes(here.api.file(sheet.file_id))
    book = opened(path.read_bytes())
    cells = filling_in.cells_of(rows, keyed(book), options_of(book))
    typed_in = libreoffice.filled(path, cells, folder)
    an.sends(typed_in.name, typed_in.read_bytes())
    reasons = sum(bool(row.explanation) for row in rows)
    an.sees(f"{len(rows) + reasons} mới, 0 thay đổi, 0 ô chưa nhận")
    an.picks("Áp dụng")
    an.sees("✓")
    for row in rows:
        filling_in.prove_in_chat(an, row)
    return here.handed_in()


def assert_same(one: list[dict[str, object]], other: list[dict[str, object]]) -> None:
    """Line by line, so that what differs can be seen."""
    for line, its_other in zip(one, other, strict=True):
        assert line == its_other


@pytest.mark.office
@pytest.mark.usefixtures("office")
def test_a_whole_sheet_by_chat_and_by_workbook_is_the_same(
    templates: Templates, tmp_path: Path
) -> None:
    with office(templates, tmp_path / "a") as here:
        chat = by_chat(here, OnTelegram(here.api.user("Nguyễn Văn An")))
    with office(templates, tmp_path / "b") as here:
        workbook = by_workbook(here, here.api.user("Nguyễn Văn An"), tmp_path)
    assert len(chat) == 85
    assert all(line["points"] is not None for line in chat)
    assert_same(workbook, chat)


@pytest.mark.browser
def test_an_area_by_chat_and_on_the_web_is_the_same(
    templates: Templates, tmp_path: Path, browser: Browser
) -> None:
    ways: list[Callable[[Office], Talker]] = [
        lambda here: OnTelegram(here.api.user("Nguyễn Văn An")),
        lambda here: OnTheWeb(browser, here.live.addresses.web),
    ]
    found = []
    for number, way in enumerate(ways):
        with office(templates, tmp_path / str(number)) as here:
            found.append(by_chat(here, way(here), "1."))
    chat, web = found
    assert len(chat) == 15
    assert_same(web, chat)
