"""When a press was made, which bears no time of its own (reliability.md 6, X25)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from bot.channel import Inbox
from bot.telegram.reading import CHANNEL
from models.inbox import Arrival

KEEPS_PRESSES = timedelta(seconds=150)  # Longer than any other reading (runtime.md 1.1).


async def after_silence(inbox: Inbox, arrivals: Sequence[Arrival]) -> list[Arrival]:
    """What comes first after a silence may have been made at any moment of it, so it counts from
    its beginning."""
    made = await inbox.hearing.not_before(CHANNEL, KEEPS_PRESSES)
    return [replace(each, made_at=each.made_at or made) for each in arrivals]
