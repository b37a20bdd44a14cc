"""The platform's limits are kept, whenever what arrives; answers go first and a broadcast has
the rest; after a refusal the right ones wait, and all is slower for a while (I5, X6)."""

from itertools import count
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.limiter import Departure, Limiter
from tests.bot.departures import LIMITS, Delays, Letter, Play, lowest_level, most_within

EVERY_SECOND = LIMITS.per_second
MINUTE = 60.0

chances = st.integers(0, 2**32).map(Random)
delays = st.builds(Delays, st.floats(0, 0.6), st.floats(0, 0.2))
letters = st.builds(
    Letter, st.integers(1, 60).map(str), st.booleans(), st.floats(0, 8, allow_subnormal=False)
)


@settings(deadline=None, max_examples=60)
@given(chances, delays, st.lists(letters, min_size=30, max_size=250))
def test_never_do_more_than_30_arrive_in_any_second(
    chance: Random, slow: Delays, said: list[Letter]
) -> None:
    arrived = Play(chance, slow).run(said)

    assert len(arrived) == len(said)
    assert most_within(1.0, arrived) <= EVERY_SECOND


@settings(deadline=None, max_examples=60)
@given(chances, delays, st.lists(letters, min_size=4, max_size=60), st.integers(1, 3))
def test_no_chat_is_ever_written_to_above_its_budget(
    chance: Random, slow: Delays, said: list[Letter], chats: int
) -> None:
    for letter, chat in zip(said, count(), strict=False):
        letter.address = str(chat % chats)

    arrived = Play(chance, slow).run(said)

    assert len(arrived) == len(said)
    for chat in {letter.address for letter in arrived}:
        assert lowest_level([letter for letter in arrived if letter.address == chat]) >= 0


def test_a_chat_gets_a_small_burst_at_once_and_then_one_a_second() -> None:
    arrived = Play(Random(7), Delays(jitter=0)).run([Letter("7", False) for _ in range(30)])

    assert arrived[LIMITS.chat_burst - 1].arrived_at < 0.5
    assert 27 <= arrived[-1].arrived_at <= 28.5


@pytest.mark.parametrize("seed", range(3))
def test_a_group_gets_20_a_minute(seed: int) -> None:
    arrived = Play(Random(seed), Delays()).run([Letter("-100") for _ in range(50)])

    assert len(arrived) == 50
    assert most_within(MINUTE, arrived) == LIMITS.group_per_minute


@pytest.mark.parametrize("seed", range(3))
def test_a_broadcast_alone_uses_97_of_100_that_are_permitted(seed: int) -> None:
    """G7, with 15 ms between the quickest way and the slowest."""
    broadcast = [Letter(str(chat)) for chat in range(3000)]

    arrived = Play(Random(seed), Delays()).run(broadcast, until=MINUTE)

    assert len(arrived) >= 0.97 * MINUTE * EVERY_SECOND
    assert most_within(1.0, arrived) == EVERY_SECOND


@pytest.mark.parametrize("asked_a_second", [1, 5, 15])
def test_a_broadcast_has_what_answers_leave_over_and_they_hardly_wait(
    asked_a_second: int,
) -> None:
    """G8: 95 of 100 answers within half a second."""
    chance = Random(asked_a_second)
    number = int(MINUTE * asked_a_second)
    asked = [
        Letter(f"9{chat}", broadcast=False, queued_at=chance.uniform(1, MINUTE - 1))
        for chat in range(number)
    ]
    broadcast = [Letter(str(chat)) for chat in range(3000)]

    arrived = Play(chance, Delays()).run([*broadcast, *asked], until=MINUTE)

    waits = sorted(letter.arrived_at - letter.queued_at for letter in asked)
    assert min(letter.arrived_at for letter in asked) > 0
    assert waits[int(0.95 * number)] <= 0.5
    assert len(arrived) >= 0.96 * MINUTE * EVERY_SECOND


def test_when_answers_take_all_a_broadcast_waits_and_goes_on_after_them() -> None:
    asked = [Letter(f"9{chat}", broadcast=False) for chat in range(300)]
    broadcast = [Letter(str(chat)) for chat in range(60)]

    arrived = Play(Random(7), Delays()).run([*broadcast, *asked])

    early = [letter for letter in arrived[:300] if letter.broadcast]
    assert len(arrived) == 360
    assert len(early) <= EVERY_SECOND  # What had a place already when the answers came.


def leave(limiter: Limiter, address: str, now: float, *, broadcast: bool = False) -> Departure:
    """One message that leaves and is answered at once."""
    assert limiter.wait(address, broadcast=broadcast, now=now) == 0
    departure = limiter.reserve(address, broadcast=broadcast, start=now)
    limiter.leaves(departure, now)
    limiter.answered(departure, now)
    return departure


def test_who_was_written_to_too_fast_is_refused_alone() -> None:
    limiter = Limiter(LIMITS)
    leave(limiter, "1", 0.0)

    assert limiter.refused(leave(limiter, "1", 0.1), 5, 0.2) == "1"

    assert limiter.wait("1", broadcast=False, now=0.2) == pytest.approx(5.1)
    assert limiter.wait("2", broadcast=False, now=0.2) == 0
    assert limiter.per_second(0.2) == EVERY_SECOND


def test_a_refusal_of_a_chat_within_its_budget_is_for_everybody() -> None:
    limiter = Limiter(LIMITS)

    assert limiter.refused(leave(limiter, "1", 0.0), 5, 0.1) == ""

    assert limiter.wait("2", broadcast=False, now=0.1) == pytest.approx(5.1)
    assert limiter.wait("2", broadcast=False, now=5.3) == 0


def test_a_full_group_is_refused_alone() -> None:
    limiter = Limiter(LIMITS)
    for minute_second in range(LIMITS.group_per_minute - 1):
        leave(limiter, "-1", 2.0 * minute_second)

    assert limiter.refused(leave(limiter, "-1", 40.0), 30, 40.1) == "-1"


def test_nothing_leaves_that_was_claimed_before_a_refusal() -> None:
    limiter = Limiter(LIMITS)
    refused = leave(limiter, "1", 0.0)
    claimed = limiter.reserve("2", broadcast=True, start=0.2)

    limiter.refused(refused, 5, 0.1)

    assert not limiter.may_leave(claimed, 0.2)
    assert limiter.may_leave(claimed, 5.2)


def test_a_refusal_costs_a_tenth_of_the_rate_and_a_minute_gives_a_hundredth_back() -> None:
    limiter = Limiter(LIMITS)
    limiter.refused(leave(limiter, "1", 0.0), 1, 0.1)

    rates = [limiter.per_second(0.1 + 60 * minutes) for minutes in (0, 3, 4, 9, 10, 60)]

    assert rates == [27, 27, 28, 29, 30, 30]


def test_what_was_refused_at_the_same_time_slows_down_once() -> None:
    limiter = Limiter(LIMITS)
    sent = [leave(limiter, str(chat), 0.01 * chat) for chat in range(10)]

    for departure in sent:
        limiter.refused(departure, 1, 0.2)
    assert limiter.per_second(0.2) == 27

    limiter.refused(leave(limiter, "11", 2.0), 1, 2.1)
    assert limiter.per_second(2.1) == 24


def test_the_last_run_s_refusal_is_remembered() -> None:
    limiter = Limiter(LIMITS)
    limiter.recall("", 7.0, 5.0)

    assert limiter.wait("1", broadcast=False, now=5.0) == 2.0
    assert limiter.per_second(7.0) == 27


def test_a_platform_that_is_away_is_asked_less_and_less_until_it_answers() -> None:
    limiter = Limiter(LIMITS)
    now, waits = 0.0, []
    for chat in range(6):
        departure = limiter.reserve(str(chat), broadcast=False, start=now)
        limiter.leaves(departure, now)
        limiter.away(departure, now + 0.01)
        limiter.away(departure, now + 0.02)
        waits.append(round(limiter.wait("x", broadcast=False, now=now + 0.01), 6))
        now += 0.01 + waits[-1]
    now += 0.01
    leave(limiter, "back", now)

    assert waits == [1, 2, 4, 8, 10, 10]
    assert limiter.wait("x", broadcast=False, now=now) == 0


def test_a_place_that_is_given_back_is_free_and_its_chat_lost_nothing() -> None:
    limiter = Limiter(LIMITS)
    held = [limiter.reserve("1", broadcast=False, start=0.0) for _ in range(3)]
    assert limiter.wait("1", broadcast=False, now=0.0) > 0

    for departure in held:
        limiter.give_back(departure)

    for _ in range(3):
        leave(limiter, "1", 0.0)


def test_idle_chats_are_forgotten() -> None:
    limiter = Limiter(LIMITS)
    for chat in range(EVERY_SECOND):
        leave(limiter, str(chat), 0.0)

    assert limiter.held_back(1000.0) == []
    assert limiter._chats == {}
