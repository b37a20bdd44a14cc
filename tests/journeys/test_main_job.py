"""The main job, end to end: join, deadlines, evidence, status, a task taken on, a reminder.

One story; on the bench with buttons, on the bench without, over the Bot API, in a browser.
"""

from pathlib import Path
from typing import Protocol

import pytest
from playwright.sync_api import Browser
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from jobs import reminders
from models import appraisal, units
from models.campaigns import Campaign
from models.evidence import EvidenceLink
from models.people import By, Person, Role, invitations
from models.units import Unit
from tests.bench import Bench
from tests.bot_api import TOKEN, Server, serve
from tests.clock import TestClock
from tests.journeys.people import InProcess, OnTelegram, OnTheWeb, Talker, TextOnly
from tests.live import Live, configure, running
from tests.papers import pdf


class Stage(Protocol):
    clock: TestClock
    sessions: sessionmaker[Session]
    lets_strangers_write: bool

    def newcomer(self, name: str) -> Talker: ...

    def tick(self) -> None: ...


def invite(stage: Stage, name: str, unit: str, role: Role) -> str:
    """A code, as ``cchc invite`` gives it."""
    with stage.sessions.begin() as session:
        of = _unit(session, unit)
        return invitations.invite(session, By(stage.clock()), unit=of, role=role, name=name)


def tell_the_story(stage: Stage) -> None:
    an = joins_and_sees_the_calendar(stage)
    hands_in_evidence(stage, an)
    a_reviewer_takes_on_a_task(stage)
    is_reminded_of_what_is_missing(stage, an)
    is_told_no_after_the_deadline(stage, an)


def joins_and_sees_the_calendar(stage: Stage) -> Talker:
    stage.clock.set("2026-10-12 09:12")
    an = stage.newcomer("Nguyễn Văn An")
    if stage.lets_strangers_write:
        an.types("Xin chào")
        an.sees("Đây là kênh nội bộ.")
    an.types("/start " + invite(stage, "Nguyễn Văn An", "STP", Role.FOCAL_OFFICER))
    an.sees("công chức đầu mối của Sở Tư pháp", "Nguyễn Văn An", "không gửi tài liệu mật")
    an.picks("Đúng, tôi tham gia")
    an.sees(
        "✓ Đã ghi nhận lúc 09:12 thứ Hai, 12/10/2026.",
        "Tự đánh giá mở từ 00:00 thứ Năm, 15/10/2026.",
    )
    an.picks("Lịch")
    an.sees(
        "Lịch đợt đánh giá năm 2026, Sở Nội vụ chủ trì",
        "✓ Kế hoạch: ban hành 12/10",
        "○ Tự đánh giá: 15/10 đến hết 15/11",
        "Sở Tư pháp không có gia hạn riêng.",
    )
    return an


def hands_in_evidence(stage: Stage, an: Talker) -> None:
    stage.clock.set("2026-11-03 10:05")
    an.sends("KH-12.pdf", pdf("Kế hoạch CCHC"), "1.1.1 KH 12/KH-STP 08/01/2026")
    an.sees("✓ Đã lưu 1/1 tệp cho 1.1.1", "12/KH-STP", "08/01/2026")
    an.sends("bao cao quy III.pdf", pdf("Báo cáo quý III"))
    an.sees("bao cao quy III.pdf", "là tài liệu kiểm chứng của tiêu chí nào?")
    an.types("1.2.1")
    an.sees("✓ Đã lưu 1/1 tệp cho 1.2.1")
    an.types("/tinhtrang")
    an.sees("Sở Tư pháp, đến 10:05 thứ Ba, 03/11/2026", "1 Chỉ đạo, điều hành")
    with stage.sessions() as session:
        assert len(session.scalars(select(EvidenceLink)).all()) == 2


def a_reviewer_takes_on_a_task(stage: Stage) -> None:
    binh, chi = stage.newcomer("Trần Thị Bình"), stage.newcomer("Lê Thị Chi")
    for who, name, unit, role in (
        (binh, "Trần Thị Bình", "STP", Role.REVIEWER),
        (chi, "Lê Thị Chi", "SNV", Role.COORDINATOR),
    ):
        who.types("/start " + invite(stage, name, unit, role))
        who.sees(name)
        who.picks("Đúng, tôi tham gia")
        who.sees("✓ Đã ghi nhận")
    with stage.sessions.begin() as session:
        campaign = session.scalars(select(Campaign)).one()
        reviewer = session.scalars(select(Person).where(Person.name == "Trần Thị Bình")).one()
        agency = _unit(session, "STP")
        appraisal.assign(session, By(stage.clock()), campaign, agency, "2", reviewer)
    told = binh.sees("lĩnh vực 2 Cải cách thể chế, 29 đơn vị, 255 lượt chấm")
    assert "hạn 24:00 thứ Hai, 30/11/2026" in told
    assert "không tự thẩm định" in told
    binh.types("/nhiemvu")
    binh.sees("2 Cải cách thể chế, 29 đơn vị, 255 lượt chấm")
    binh.picks("Đã nhận")
    binh.sees("✓ Đã nhận lúc 10:05 thứ Ba, 03/11/2026. Đã báo Sở Nội vụ.")
    chi.sees("Trần Thị Bình đã nhận nhiệm vụ thẩm định lúc 10:05 thứ Ba, 03/11/2026")


def is_reminded_of_what_is_missing(stage: Stage, an: Talker) -> None:
    stage.clock.set("2026-11-11 08:00")
    stage.tick()
    an.sees("▲ Sở Tư pháp còn 3 ngày làm việc để tự đánh giá, hạn 24:00 Chủ nhật, 15/11/2026")
    an.picks("Đã nắm") if not isinstance(an, TextOnly) else an.types("*3")
    an.sees("✓ Đã ghi nhận anh/chị đã nắm")


def is_told_no_after_the_deadline(stage: Stage, an: Talker) -> None:
    stage.clock.set("2026-11-16 00:00")
    an.sends("muon.pdf", pdf("Muộn"), "1.1.3")
    an.sees("Chưa nhận: thời hạn tự đánh giá của Sở Tư pháp đã hết lúc 24:00 Chủ nhật, 15/11/2026")


class BenchStage:
    lets_strangers_write = True

    def __init__(self, bench: Bench, kind: type[InProcess], channel: str) -> None:
        self.clock, self.sessions = bench.clock, bench.sessions
        self._bench, self._kind, self._channel = bench, kind, channel

    def newcomer(self, name: str) -> Talker:
        return self._kind(self._bench.stranger(name, channel=self._channel))

    def tick(self) -> None:
        reminders.queue_due_reminders(self.sessions, self.clock)


@pytest.mark.parametrize(("kind", "channel"), [(InProcess, "test"), (TextOnly, "plain")])
def test_in_process(bench: Bench, kind: type[InProcess], channel: str) -> None:
    tell_the_story(BenchStage(bench, kind, channel))


class TelegramStage:
    lets_strangers_write = True

    def __init__(self, clock: TestClock, api: Server, live: Live) -> None:
        self.clock, self.sessions = clock, live.bot.database.sessions
        self._api, self._live = api, live

    def newcomer(self, name: str) -> Talker:
        return OnTelegram(self._api.user(name))

    def tick(self) -> None:
        self._live.tick()


@pytest.mark.usefixtures("province")
def test_over_the_bot_api(database_url: str, clock: TestClock, tmp_path: Path) -> None:
    with serve(clock=clock) as api:
        config = configure(database_url, tmp_path, token=TOKEN, api_url=api.url)
        with running(config, clock) as live:
            tell_the_story(TelegramStage(clock, api, live))


class WebStage:
    lets_strangers_write = False  # The page for signing in takes nothing but a code.

    def __init__(self, clock: TestClock, live: Live, browser: Browser) -> None:
        self.clock, self.sessions = clock, live.bot.database.sessions
        self._live, self._browser = live, browser

    def newcomer(self, name: str) -> Talker:
        return OnTheWeb(self._browser, self._live.addresses.web)

    def tick(self) -> None:
        self._live.tick()


@pytest.mark.browser
def test_in_a_browser(
    province: sessionmaker[Session],
    database_url: str,
    clock: TestClock,
    tmp_path: Path,
    browser: Browser,
) -> None:
    with running(configure(database_url, tmp_path), clock) as live:
        tell_the_story(WebStage(clock, live, browser))


def _unit(session: Session, code: str) -> Unit:
    unit = units.by_code(session, code)
    assert unit is not None
    return unit
