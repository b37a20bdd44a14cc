"""The platform is away over a deadline, or for longer than it keeps what people send: what they
did in time counts, and nobody is left to believe that all has arrived (X9, X25; I6)."""

import logging
import random
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.telegram.dating import KEEPS_PRESSES
from models import conduct
from models.campaigns import Campaign, Step
from models.inbox import InboxEvent
from models.people import By
from tests.bot_api import Message
from tests.faults import figures
from tests.faults.stage import Stage, Talker, eventually
from tests.papers import pdf

UNITS = ("STP", "STC", "SXD", "SCT", "SYT", "SNGV")
CODES = ("1.1.1", "1.1.2", "1.1.3", "1.2.1", "1.3.1")
PEOPLE = figures.count(300, 30)
OUTAGES, WRITERS = figures.count(20, 2), figures.count(50, 12)
CLOSED = "Chưa nhận: thời hạn"
TAKEN = ("✓ Đã lưu", "Anh/chị giải trình vì sao")  # A file; a press.
BACK = "▲ Kênh này vừa hoạt động trở lại."


@pytest.mark.parametrize(("heard", "accepted"), [(30, True), (-1, False)])
def test_a_press_made_in_an_outage_over_the_deadline_counts_from_its_beginning(
    stage: Stage, heard: int, accepted: bool
) -> None:
    """The bot was last heard 30 s before the end, or 1 s after it; it is back a minute later."""
    an = stage.officer()
    closes_at = stage.clock() + timedelta(minutes=2)
    with stage.sessions.begin() as session:
        campaign = session.scalars(select(Campaign)).one()
        conduct.move(
            session, By(stage.clock()), campaign, Step.SELF_ASSESSMENT, None, closes_at, ""
        )
    card = an.asks("/minhchung 1.1.1", "1.1.1")
    stage.settled()
    stage.clock.forward(seconds=120 - heard)
    an.asks("/menu", "CCHC 2026")
    stage.settled()
    seen = len(an.texts)
    with stage.api.away():
        stage.clock.forward(seconds=heard + 60)
        data = card.button("Giải trình thay tài liệu").data
        stage.api.world.user_presses(an.user.id, card.id, data)
    [answer] = eventually(lambda: an.texts[seen:], 30)
    assert answer.startswith(CLOSED) is not accepted, answer
    with stage.sessions() as session:
        made = session.scalars(select(InboxEvent.made_at).order_by(InboxEvent.id.desc())).first()
    assert made is not None
    assert (made < closes_at) is accepted


def test_what_is_asked_in_an_outage_is_answered_by_the_time_of_the_answer(stage: Stage) -> None:
    an = stage.officer()
    stage.clock.set("2026-11-15 12:50")
    an.asks("/lich", "● Tự đánh giá: 15/10 đến hết 15/11 (còn 11 giờ)")
    stage.settled()
    seen = len(an.texts)
    with stage.api.away():
        stage.api.world.user_sends(an.user.id, {"text": "/lich"})
        stage.clock.set("2026-11-16 00:10")
    an.sees("✓ Tự đánh giá: 15/10 đến hết 15/11\n● Thẩm định lần 1", after=seen)


@dataclass
class Case:
    """``offset``: seconds from the end of the step to the instant that counts. What the person
    did is a file, or a press on ``card``."""

    talker: Talker
    offset: float
    card: Message | None = None
    seen: int = 0

    def act(self, stage: Stage) -> None:
        world, id = stage.api.world, self.talker.user.id
        if self.card is None:
            new = pdf(f"{id} {self.seen}")
            kept = world.keep("KH.pdf", "application/pdf", new).as_json()
            code = CODES[self.seen % len(CODES)]  # A line takes forty.
            world.user_sends(id, {"document": kept, "caption": code})
        else:
            data = self.card.button("Giải trình thay tài liệu").data
            world.user_presses(id, self.card.id, data)

    def unfair(self) -> list[str]:
        """What was answered, where that is wrong."""
        said = self.talker.texts[self.seen :]
        answers = [each for each in said if any(words in each for words in (CLOSED, *TAKEN))]
        refused = [said.startswith(CLOSED) for said in answers]
        return [] if refused == [self.offset >= 0] else [f"{self.offset:+} s", *said]


@pytest.mark.heavy
@pytest.mark.timeout(1800)
def test_in_outages_over_a_deadline_nobody_is_refused_unfairly(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    """X25: a message counts by Telegram's time, to the second; a press from the beginning of the
    outage, as nobody knows more of it."""
    caplog.set_level(logging.CRITICAL)
    chance = figures.chance()
    people = [stage.officer(f"An {n}", UNITS[n % len(UNITS)]) for n in range(WRITERS)]
    unfair, kinds = list[list[str]](), Counter[tuple[str, bool]]()
    for _ in range(OUTAGES):
        for case in outage(stage, people, chance):
            kinds["pressed" if case.card else "sent", case.offset < 0] += 1
            unfair += [case.unfair()] if case.unfair() else []
    figures.note(
        "X25",
        f"{OUTAGES} outages over the end of a step, {kinds.total():,} cases: "
        f"{kinds['sent', True]} files in time, {kinds['sent', False]} too late, "
        f"{kinds['pressed', True]} presses that may have been made in time, "
        f"{kinds['pressed', False]} that cannot: {len(unfair)} judged wrongly",
    )
    assert unfair == []
    assert kinds.total() == OUTAGES * WRITERS


def outage(stage: Stage, people: list[Talker], chance: random.Random) -> list[Case]:
    """The step ends in five minutes; the bot is last heard around that instant and everybody acts
    while it is away, every other one by a press. Seconds are counted from the end of the step."""
    closes_at = stage.clock() + timedelta(minutes=5)
    with stage.sessions.begin() as session:
        campaign = session.scalars(select(Campaign)).one()
        by = By(stage.clock())
        conduct.move(session, by, campaign, Step.SELF_ASSESSMENT, None, closes_at, "")
    pressing, sending = people[::2], people[1::2]
    cards = [an.asks("/minhchung 1.1.1", "Tài liệu kiểm chứng:") for an in pressing]
    stage.settled(60)

    def turn_to(offset: float) -> None:
        stage.clock.forward(seconds=(closes_at - stage.clock()).total_seconds() + offset)

    heard, back = (
        chance.choice((-200, -60, -60, -30, -2, -1, 0, 1)),
        chance.choice((70, 149, 150, 300)),
    )
    turn_to(heard)
    people[1].asks("/menu", "CCHC 2026")
    stage.settled(60)
    # Telegram keeps no press for longer: one that comes was made after that.
    pressed = max(heard, back - KEEPS_PRESSES.total_seconds())
    cases = [Case(an, pressed, card) for an, card in zip(pressing, cards, strict=True)]
    cases += [
        Case(an, max(heard, chance.choice((-1, 0, 1, chance.randint(-60, back)))))
        for an in sending
    ]
    for case in cases:
        case.seen = len(case.talker.texts)
    with stage.api.away():
        for case in sorted(cases, key=lambda case: case.offset):
            turn_to(case.offset)
            case.act(stage)
        turn_to(back)
    eventually(lambda: not stage.api.state()["pending"], 120)
    stage.settled(120)
    return cases


@pytest.mark.heavy
@pytest.mark.timeout(900)
def test_after_a_day_of_silence_a_province_is_told_once(stage: Stage) -> None:
    """X9, with many."""
    people = [stage.officer(f"An {n}", UNITS[n % len(UNITS)]) for n in range(PEOPLE)]
    people[0].asks("/menu", "CCHC 2026")
    stage.settled()
    for hours in (25, 23):
        with stage.api.away():
            stage.clock.forward(hours=hours)
        people[0].asks("/menu", "CCHC 2026")
        stage.settled(60 + PEOPLE)
    told = Counter(sum(said.startswith(BACK) for said in an.texts) for an in people)
    figures.note("X9", f"{PEOPLE} people, silences of 25 and of 23 hours: {told[1]} told once")
    assert told == {1: PEOPLE}


def test_after_a_day_of_silence_everybody_is_told_once_what_may_be_missing(stage: Stage) -> None:
    """X9: Telegram keeps what people send for a day."""
    an, binh = stage.officer(), stage.officer("Bình", "STC")
    for talker in (an, binh):
        talker.asks("/menu", "CCHC 2026")
    stage.settled()
    for hours, told in ((23, 0), (25, 1), (23, 1)):
        with stage.api.away():
            stage.clock.forward(hours=hours)
        an.asks("/menu", "CCHC 2026")
        stage.settled()
        for talker in (an, binh):
            found = [text for text in talker.texts if text.startswith(BACK)]
            assert len(found) == told, f"after {hours} hours"
