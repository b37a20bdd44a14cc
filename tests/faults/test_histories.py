"""Updates that come several times, in any order, under numbers that were used before: each acts
once, in its order (I3; X4, X19). Handlers that raise at random: nothing is silent (I11; X5)."""

import asyncio
import logging
import random
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from models.inbox import EventStatus, InboxEvent
from models.outbox import OutboxMessage
from tests.faults import figures
from tests.faults.ledger import FIRST_CHAT, Ledger, enlist, play, said, text_update, worker_for

LENGTH = 6  # Updates of one history: a command, then texts.
BATCH = 100
HISTORIES = figures.count(10_000, 150)
EVENTS = figures.count(50_000, 1_500)
CURSED = 0.01

Updates = list[dict[str, Any]]


@pytest.fixture(autouse=True)
def quiet(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL)


def histories(chance: random.Random, count: int, length: int) -> Updates:
    """``count`` chats side by side, each with its own updates in their order."""
    left = {FIRST_CHAT + n: 0 for n in range(count)}
    updates: Updates = []
    while left:
        for chat in chance.sample(sorted(left), min(len(left), 50)):
            number = left[chat]
            words = "/so" if number == 0 else f"{chat}-{number}"
            updates.append(text_update(1_000_000 + len(updates), chat, words))
            left[chat] = number + 1
            if left[chat] == length:
                del left[chat]
    return updates


def renumbered(chance: random.Random, updates: Updates) -> Updates:
    """From the middle on under numbers that were given before, as after a quiet week."""
    middle = len(updates) // 2
    first = 1_000_000 - chance.randrange(middle // 2)
    for place, update in enumerate(updates[middle:]):
        update["update_id"] = first + place
    return updates


def repeated(chance: random.Random, updates: Updates) -> Iterator[Updates]:
    """Batches in which each update comes one to five times, shuffled; again in later ones too,
    but not over the renumbering: a week is longer than Telegram keeps anything."""
    middle = len(updates) // 2
    for half in (updates[:middle], updates[middle:]):
        late: Updates = []
        for start in range(0, len(half), BATCH // 4):
            fresh = half[start : start + BATCH // 4]
            batch, late = fresh + late, []
            for update in fresh:
                again = chance.randrange(5)
                now = chance.randint(0, again)
                batch += [update] * now
                late += [update] * (again - now)
            chance.shuffle(batch)
            late += batch[BATCH:]
            # What was not given yet may not be given after what follows it.
            yield batch[:BATCH] + [u for u in fresh if u not in batch[:BATCH]]
        yield late


def run(sessions: sessionmaker[Session], folder: Path, ledger: Ledger, batches: Any) -> float:
    """Play the batches to their end; the seconds that took."""

    async def work() -> None:
        async with worker_for(sessions, folder, ledger) as worker:
            await play(worker, batches)

    began = time.monotonic()
    asyncio.run(work())
    return time.monotonic() - began


@pytest.mark.heavy
@pytest.mark.timeout(3600)
def test_however_often_and_in_whatever_order_updates_come_the_end_is_the_same(
    province: sessionmaker[Session], tmp_path: Path
) -> None:
    chance = figures.chance()
    enlist(province, HISTORIES)
    updates = renumbered(chance, histories(chance, HISTORIES, LENGTH))
    given = list(repeated(chance, updates))
    seconds = run(province, tmp_path, Ledger(), iter(given))
    expected = {
        str(FIRST_CHAT + n): [f"{FIRST_CHAT + n}-{m}" for m in range(1, LENGTH)]
        for n in range(HISTORIES)
    }
    assert said(province) == expected
    with province() as session:
        answers = dict(
            session.execute(
                select(OutboxMessage.address, func.count()).group_by(OutboxMessage.address)
            ).all()
        )
        statuses = set(session.scalars(select(InboxEvent.status)))
    assert answers == dict.fromkeys(expected, LENGTH)
    assert statuses == {EventStatus.DONE}
    total = sum(map(len, given))
    figures.note(
        "X4",
        f"{HISTORIES:,} histories, {len(updates):,} updates given {total:,} times, renumbered "
        f"in the middle: 0 ended otherwise ({seconds:.0f} s)",
    )


class Curse:
    """Of all texts, one in a hundred breaks its step: for ever, or a few times, in one of three
    ways; the same for the same seed."""

    def __init__(self, chance: random.Random) -> None:
        self.left: dict[str, int] = {}
        self.tries: Counter[str] = Counter()
        self._chance = chance

    def choose(self, texts: list[str]) -> None:
        for words in texts:
            if self._chance.random() < CURSED:
                self.left[words] = self._chance.choice((1, 2, 3, 1_000))

    def __call__(self, words: str) -> None:
        if self.left.get(words, 0) == 0:
            return
        self.left[words] -= 1
        self.tries[words] += 1
        raise (RuntimeError, KeyError, ZeroDivisionError)[len(words) % 3](words)


@pytest.mark.heavy
@pytest.mark.timeout(3600)
def test_of_handlers_that_raise_none_is_silent_and_none_harms_another(
    province: sessionmaker[Session], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """X5: what broke up to three times is done once, in its place; what breaks for ever is a dead
    letter, and its sender is told."""
    monkeypatch.setattr("bot.worker.PAUSES", (0.01, 0.02, 0.03))
    chance = figures.chance()
    curse, chats = Curse(chance), EVENTS // 10
    enlist(province, chats)
    updates = histories(chance, chats, 10)
    curse.choose([u["message"]["text"] for u in updates if u["message"]["text"] != "/so"])
    lost_for_ever = {words for words, times in curse.left.items() if times > 3}
    batches = (updates[n : n + BATCH] for n in range(0, len(updates), BATCH))
    seconds = run(province, tmp_path, Ledger(curse), batches)
    remembered = said(province)
    for n in range(chats):
        chat = FIRST_CHAT + n
        wanted = [f"{chat}-{m}" for m in range(1, 10)]
        assert remembered[str(chat)] == [w for w in wanted if w not in lost_for_ever]
    with province() as session:
        dead = select(func.count()).where(InboxEvent.status == EventStatus.DEAD)
        told = select(func.count()).where(OutboxMessage.name == "handler_failed")
        assert session.scalar(dead) == len(lost_for_ever)
        assert session.scalar(told) == len(lost_for_ever)
    figures.note(
        "X5",
        f"{len(updates):,} events, {len(curse.tries):,} broke, {len(lost_for_ever):,} for ever: "
        f"0 silent, 0 out of order ({seconds:.0f} s)",
    )
