"""What the process knows of itself, for those who watch it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.channel import Pulse
from bot.hearts import Beat


@dataclass(frozen=True)
class Vitals:
    """``lag`` in seconds; ``started`` by the monotonic clock; ``leads``: this is the bot that may
    work on its database."""

    pulses: Mapping[str, Pulse]
    beats: Sequence[Beat]
    free_bytes: int
    lag: float
    started: float
    leads: bool
