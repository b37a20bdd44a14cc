"""One chat that sends thousands of things at once costs the others nothing (T14); what a stranger
sends fills no disk (T1, T16). A live bot between a Bot API server and a database."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from bot.config import LimitsSection
from models.inbox import EventStatus, InboxEvent
from models.outbox import OutboxMessage
from tests.bot_api import TOKEN, serve
from tests.clock import TestClock
from tests.faults.stage import NEUTRAL, Stage, eventually
from tests.live import configure, running

LIMITS = LimitsSection(turns_a_minute=60, uploads_a_minute=5)


@pytest.fixture
def stage(
    province: sessionmaker[Session],
    database_url: str,
    clock: TestClock,
    tmp_path: Path,
) -> Iterator[Stage]:
    with serve(clock=clock) as api:
        config = configure(database_url, tmp_path, LIMITS, token=TOKEN, api_url=api.url)
        with running(config, clock) as live:
            yield Stage(api, live, clock, province)


def said(stage: Stage, name: str) -> int:
    with stage.sessions() as session:
        named = OutboxMessage.name == name
        return session.scalar(select(func.count(OutboxMessage.id)).where(named)) or 0


def flood(stage: Stage, count: int) -> list[float]:
    """``count`` texts of one stranger, while three officers ask; how long these waited."""
    loud = stage.stranger("Ồn ào")
    officers = [stage.officer(f"An {n}", "STP") for n in range(3)]
    done = threading.Event()

    def shout() -> None:
        for number in range(count):
            loud.user.text(f"/menu {number}")
        done.set()

    shouting = threading.Thread(target=shout)
    shouting.start()
    waits = []
    while len(waits) < 12 or not done.is_set():
        officer = officers[len(waits) % 3]
        began = time.monotonic()
        officer.asks("/trogiup", "/")
        waits.append(time.monotonic() - began)
        time.sleep(1.0 if len(waits) > 12 else 0.2)  # A chat gets one message a second.
    shouting.join()
    return sorted(waits)


def check(stage: Stage, count: int, seconds: float) -> None:
    waits = flood(stage, count)
    print(f"{count} events of one chat; others waited {waits[len(waits) // 2]:.2f} s (median)")

    def all_settled() -> bool:
        with stage.sessions() as session:
            query = select(func.count(InboxEvent.id)).where(InboxEvent.status == EventStatus.NEW)
            return session.scalar(query) == 0

    eventually(all_settled, seconds)
    with stage.sessions() as session:
        query = select(func.count(InboxEvent.id)).where(InboxEvent.status == EventStatus.DROPPED)
        assert (session.scalar(query) or 0) >= count - 60 - 60 * len(waits)
    assert said(stage, "too_fast") == 1
    assert said(stage, "stranger") <= 60 + 60 * len(waits)
    assert waits[int(len(waits) * 0.95) - 1] < 2.0, waits


def test_who_sends_too_much_is_told_once_and_the_others_wait_for_nothing(stage: Stage) -> None:
    check(stage, 300, 20)


@pytest.mark.heavy
@pytest.mark.timeout(400)
def test_ten_thousand_events_of_one_chat(stage: Stage) -> None:
    check(stage, 10_000, 90)


def test_a_strangers_files_are_not_even_fetched(stage: Stage) -> None:
    stranger = stage.stranger()
    stranger.user.document("KH-12.pdf", b"%PDF-1.4 mot", caption="1.1.1")
    stranger.sees(NEUTRAL)
    assert list(stage.live.bot.store.path("0" * 64).parents[2].rglob("*")) == []


def test_more_uploads_than_a_minute_takes_are_refused_and_the_rest_is_kept(stage: Stage) -> None:
    an = stage.officer()
    for number in range(7):
        an.user.document(f"{number}.pdf", b"%PDF-1.4 " + bytes([48 + number]), caption="1.1.1")
    an.sees('Chưa nhận tệp "6.pdf": đã có 5 lần gửi tệp trong một phút.')
    stage.settled(20)
    assert stage.kept() == [f"{number}.pdf" for number in range(5)]


def test_what_piled_up_while_the_platform_was_away_is_no_flood(stage: Stage) -> None:
    an = stage.officer()
    for _ in range(70):
        an.user.text("/trogiup")
        stage.clock.forward(seconds=2)
    eventually(lambda: said(stage, "help_officer") >= 70 or said(stage, "help") >= 70, 20)
    assert said(stage, "too_fast") == 0
