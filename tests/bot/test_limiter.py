"""The platform's limits are kept, and an answer never waits for a broadcast (I5)."""

from hypothesis import given
from hypothesis import strategies as st

from bot.channel import Limits
from bot.limiter import Limiter

LIMITS = Limits()


def send_all(limiter: Limiter, addresses: list[str], *, broadcast: bool = True) -> list[float]:
    """Send as soon as the limiter allows, one after another; the seconds at which each left."""
    now, left = 0.0, []
    for address in addresses:
        while (wait := limiter.wait(address, broadcast=broadcast, now=now)) > 0:
            now += wait
        limiter.left(address, broadcast=broadcast, now=now)
        left.append(now)
    return left


@given(st.lists(st.integers(1, 40), min_size=1, max_size=300))
def test_never_more_than_30_leave_in_any_second(chats: list[int]) -> None:
    left = send_all(Limiter(LIMITS), [str(chat) for chat in chats], broadcast=False)

    for start in left:
        assert sum(start <= moment < start + 1.0 for moment in left) <= LIMITS.per_second


@given(st.integers(4, 30))
def test_a_chat_gets_a_small_burst_and_then_one_a_second(count: int) -> None:
    left = send_all(Limiter(LIMITS), ["7"] * count)

    assert left[LIMITS.chat_burst - 1] == 0.0
    assert left[-1] >= count - LIMITS.chat_burst - 0.001


def test_a_group_gets_20_a_minute() -> None:
    left = send_all(Limiter(LIMITS), ["-100"] * 25)

    for start in left:
        assert sum(start <= moment < start + 60 for moment in left) <= LIMITS.group_per_minute


def test_a_broadcast_leaves_room_for_answers() -> None:
    limiter = Limiter(LIMITS)
    now = 0.0
    for address in range(1000):
        if limiter.wait(str(address), broadcast=True, now=now) > 0:
            break
        limiter.left(str(address), broadcast=True, now=now)

    assert limiter.wait("an answer", broadcast=False, now=now) == 0.0


def test_a_broadcast_to_many_uses_what_it_may() -> None:
    left = send_all(Limiter(LIMITS), [str(chat) for chat in range(500)])

    assert 500 / left[-1] >= 0.95 * 25


def test_idle_chats_are_forgotten() -> None:
    limiter = Limiter(LIMITS)
    send_all(limiter, [str(chat) for chat in range(100)])

    limiter.forget_idle(1000.0)

    assert limiter._chats == {}
