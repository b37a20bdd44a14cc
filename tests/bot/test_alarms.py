"""Parts that have stopped are told by another way than the chat: once for an outage, once when it
is over, tried until it is taken, without secrets (F64)."""

import json
import logging
import threading
import time
import traceback
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import click.testing
import pytest

import bot.alarms.watcher
import bot.departures
import bot.symptoms
import bot.telegram.request
import bot.ticking
from bot import symptoms
from bot.alarms.couriers import couriers_of
from bot.alarms.watcher import Watcher
from bot.channel import Pulse
from bot.commands.alarm import alarm
from bot.config import AlertsSection, Config
from bot.desk import Desk
from bot.hearts import Heart
from bot.log import Scrub
from bot.sections import Secret
from bot.words import Words
from jobs import reminders
from models import outbox
from models.clock import wall_clock
from models.messages import Kind, Part
from models.outbox import Recipient
from tests.bot.test_health import ask
from tests.bot_api import TOKEN, serve
from tests.clock import at
from tests.live import configure, running
from tests.receivers import Mailbox, Posted, mailbox, posts, until

NOW = at("2026-11-03 10:05")


@pytest.fixture
def posted() -> Iterator[Posted]:
    with posts() as found:
        yield found


@pytest.fixture
def box() -> Iterator[Mailbox]:
    with mailbox() as found:
        yield found


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Seconds become tenths; a proxy has no business on the way to the own machine."""
    monkeypatch.setattr(bot.alarms.watcher, "FIRST_PAUSE", 0.05)
    monkeypatch.setattr(bot.alarms.watcher, "TICK_SECONDS", 0.1)
    monkeypatch.setenv("no_proxy", "*")


class Room:
    """One part, and a watcher that looks at it every few milliseconds."""

    def __init__(self, settings: AlertsSection, *secrets: str) -> None:
        self.heart = Heart("sending", Part("heart.sending"), limit=0.2)
        couriers = couriers_of(settings, Scrub(secrets))
        self.watcher = Watcher(
            lambda: [self.heart.look()], couriers, Words(), "vi", lambda: NOW, tick_seconds=0.02
        )
        self._living = threading.Event()

    def __enter__(self) -> "Room":
        self.watcher.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.lives()
        self.watcher.stop()
        assert not self.watcher.is_alive()

    def lives(self) -> None:
        self.heart.beat()


def test_an_outage_is_told_once_and_its_end_once(posted: Posted) -> None:
    with Room(AlertsSection(url=Secret(posted.url))) as room:
        room.heart.fault("OperationalError")
        posted.wait(1)
        for _ in range(20):  # It has looked many times more, and beats again.
            room.watcher._look()
        room.heart = Heart("sending", Part("heart.sending"), limit=60)
        told = posted.wait(2)
    assert [(body["state"], body["part"]) for body in told] == [
        ("stopped", "sending"),
        ("over", "sending"),
    ]
    assert told[0]["text"].startswith("▲ Bộ phận gửi tin không hoạt động từ 10:04")
    assert "OperationalError" in told[0]["text"]
    assert told[1]["text"].startswith("✓ Bộ phận gửi tin hoạt động trở lại lúc 10:05")


def test_an_alarm_is_tried_until_it_is_taken_and_in_order(posted: Posted) -> None:
    posted.refusing = 3
    with Room(AlertsSection(url=Secret(posted.url))) as room:
        until(lambda: "x" * posted.refused, 1, 10)
        room.heart = Heart("sending", Part("heart.sending"), limit=60)  # Over before it was told.
        told = posted.wait(2)
    assert posted.refused == 3
    assert [body["state"] for body in told] == ["stopped", "over"]


def test_one_way_that_fails_does_not_hold_up_the_other(posted: Posted, box: Mailbox) -> None:
    nowhere = "http://127.0.0.1:9/hook"
    settings = AlertsSection(Secret(nowhere), "truc@snv.test", smtp_port=box.port)
    with Room(replace(settings, smtp_host="127.0.0.1")):
        [message] = box.wait(1)
    assert (message["To"], message["From"]) == ("truc@snv.test", "truc@snv.test")
    assert message["Subject"] == "cchc-bot: Bộ phận gửi tin không hoạt động"
    assert message.get_content().startswith("▲ Bộ phận gửi tin không hoạt động từ ")


def test_no_secret_leaves_with_an_alarm_and_none_is_logged(
    posted: Posted, box: Mailbox, caplog: pytest.LogCaptureFixture
) -> None:
    password = "s3cret-mail-1"
    settings = AlertsSection(
        url=Secret(posted.url),
        email="truc@snv.test",
        smtp_host="127.0.0.1",
        smtp_port=box.port,
        smtp_user="cchc",
        smtp_password=Secret(password),
    )
    posted.refusing = 1
    with caplog.at_level(logging.DEBUG), Room(settings, password, posted.url) as room:
        room.heart.fault(f"https://api/bot{TOKEN}/getMe {password}")
        [body], [message] = posted.wait(1), box.wait(1)
    told = json.dumps(body, ensure_ascii=False) + message.get_content() + message["Subject"]
    for secret in (TOKEN, password):
        assert secret not in told
        assert secret not in caplog.text
    assert posted.url not in caplog.text
    assert box.logins == [f"\0cchc\0{password}"]


class HangingClock:
    """The time; a job that asks for it waits as long as it ``hangs``."""

    def __init__(self) -> None:
        self.hangs = False

    def __call__(self) -> datetime:
        while self.hangs and any(frame.name == "run_job" for frame in traceback.extract_stack()):
            time.sleep(0.05)
        return wall_clock()


def test_a_job_that_hangs_a_sender_that_is_stuck_and_a_platform_that_is_away(
    database_url: str, tmp_path: Path, posted: Posted, monkeypatch: pytest.MonkeyPatch
) -> None:
    """/readyz turns red, each is told once, and once when it goes on."""
    monkeypatch.setattr(bot.ticking, "SILENT_SECONDS", 2.0)
    monkeypatch.setattr(bot.symptoms, "SILENT_SECONDS", 3.0)
    monkeypatch.setattr(reminders, "TICK_SECONDS", 1)
    monkeypatch.setattr(bot.departures, "IN_FLIGHT", 2)
    monkeypatch.setattr(bot.telegram.request, "READ_SECONDS", 9.0)
    clock = HangingClock()
    with serve() as api:
        users = [api.user(f"Officer{number}") for number in range(3)]
        config = configure(database_url, tmp_path, token=TOKEN, api_url=api.url)
        config = replace(config, alerts=AlertsSection(url=Secret(posted.url)))
        with running(config, clock) as live:
            live.bot.postman.heart._limit = 3.0
            assert ask(f"{live.addresses.health}/readyz")[0] == 200
            clock.hangs = True
            api.fault("sendMessage", "hang", times=-1)
            with live.bot.database.sessions.begin() as session:
                for user in users:
                    to = Recipient("telegram", str(user.id))
                    outbox.enqueue(
                        session,
                        "edit_not_recorded",
                        to=to,
                        key=str(user.id),
                        at=clock(),
                        kind=Kind.ANSWER,
                    )
            api.fault("getUpdates", "502", times=-1)
            stopped = {body["part"] for body in posted.wait(3)}
            status, body = ask(f"{live.addresses.health}/readyz")
            assert (status, len(json.loads(body)["failing"])) == (503, 3), body
            assert stopped == {"job:reminders", "sending", "channel:telegram"}
            clock.hangs = False
            api.heal()
            told = posted.wait(6, 30)
            assert {body["part"] for body in told if body["state"] == "over"} == stopped
            assert ask(f"{live.addresses.health}/readyz")[0] == 200
        assert len(posted.bodies) == 6  # A stop is no outage.


def test_what_comes_in_is_not_taken_for_well_because_something_went_out() -> None:
    silent = Pulse(last_good=time.monotonic() - 91, last_error="TimedOut")
    beat = symptoms.beat_of_channel("telegram", silent, time.monotonic())
    assert (beat.stopped, beat.error) == (True, "TimedOut")


def test_the_operator_tries_the_alarm(posted: Posted) -> None:
    desk = Desk(None)
    desk.language = "en"

    def run(settings: AlertsSection) -> tuple[int, str]:
        desk.__dict__["config"] = Config(alerts=settings)
        result = click.testing.CliRunner().invoke(alarm, obj=desk)
        return result.exit_code, result.output

    assert run(AlertsSection())[0] == 1
    assert run(AlertsSection(url=Secret(posted.url))) == (
        0,
        "✓ A trial alarm was sent by url. See whether it has arrived.\n",
    )
    assert [body["state"] for body in posted.bodies] == ["trial"]
    posted.refusing = 1
    status, said = run(AlertsSection(url=Secret(posted.url)))
    assert (status, said.startswith("▲ The trial alarm could not be sent by url")) == (1, True)
