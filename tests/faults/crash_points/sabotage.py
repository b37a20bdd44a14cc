"""Faults to build into the bot, to see that the crash points find them.

A checker that finds nothing proves nothing until it has found something.
"""

from collections.abc import Callable
from typing import Any

from bot.postman import Postman
from bot.telegram.polling import Poller
from bot.turns import Turns
from models import inbox
from models.inbox import EventStatus


def confirm_first() -> None:
    """Tell the platform that updates arrived before they are stored (against I1)."""
    store = Poller._store

    async def forgetful(poller: Any, updates: list[Any]) -> float:
        if updates:
            poller._offset = updates[-1]["update_id"] + 1
            await poller._api.call("getUpdates", offset=poller._offset, timeout=0)
        return await store(poller, updates)

    Poller._store = forgetful  # type: ignore[method-assign]


def receipt_apart() -> None:
    """Settle an event in a transaction of its own, after the turn (against I2)."""
    take = Turns.take
    inbox.finish = lambda *_: True

    async def later(turns: Any, events: list[Any], *rest: Any) -> None:
        await take(turns, events, *rest)
        ids, at = [event.id for event in events], turns._clock()
        await turns._database.write(
            lambda session: inbox.settle(session, ids, EventStatus.DONE, at)
        )

    Turns.take = later  # type: ignore[method-assign]


def forget_what_was_on_its_way() -> None:
    """Take no notice of what an earlier run was sending when it ended (against I5)."""

    async def nothing(postman: Any) -> None:
        postman._recovered = True

    Postman._recover = nothing  # type: ignore[method-assign]


FAULTS: dict[str, Callable[[], None]] = {
    fault.__name__: fault for fault in (confirm_first, receipt_apart, forget_what_was_on_its_way)
}
