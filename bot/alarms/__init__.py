"""Alarms by another way than the chat: a bot that does not work cannot say so there (F64)."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from bot.config import Config
from bot.hearts import Beat
from bot.words import Words, operators_language
from models.clock import Clock

if TYPE_CHECKING:
    from bot.alarms.watcher import Watcher


def watch(
    config: Config, beats: Callable[[], Iterable[Beat]], words: Words, clock: Clock
) -> "Watcher | None":
    """Alarm whoever the configuration names from now on; None where that is nobody."""
    if not (config.alerts.url or config.alerts.email):
        return None
    # Only who is to be alarmed pays for the libraries at the start.
    from bot.alarms.couriers import couriers_of
    from bot.alarms.watcher import Watcher
    from bot.log import Scrub

    couriers = couriers_of(config.alerts, Scrub(config.secrets))
    watcher = Watcher(beats, couriers, words, operators_language(), clock)
    watcher.start()
    return watcher
