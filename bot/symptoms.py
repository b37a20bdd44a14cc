"""What is wrong with a running bot, in names that have words: for ``/readyz``, the watchdog of
systemd, and ``cchc check``. Where the limits are from: reliability.md 6 and 7."""

import time
from collections.abc import Iterable
from dataclasses import dataclass

from bot.channel import Pulse
from bot.hearts import Beat
from models.messages import Part
from models.standing import Standing

SILENT_SECONDS = 90.0
ANSWER_SECONDS = 120.0
EVENT_SECONDS = 120.0
SKEW_WARNS, SKEW_FAILS = 5.0, 60.0
LAG_WARNS, LAG_FAILS = 1.0, 5.0
BACKUP_SECONDS = 26 * 3600.0  # A day, and time for the backup itself.
STUCK_SECONDS = 150.0  # Longer than any question to a platform, with its pauses, may take.


@dataclass(frozen=True)
class Symptoms:
    """``failing``: it does not do its work. ``warnings``: somebody should look."""

    failing: tuple[Part, ...] = ()
    warnings: tuple[Part, ...] = ()

    def __add__(self, other: "Symptoms") -> "Symptoms":
        return Symptoms(self.failing + other.failing, self.warnings + other.warnings)


def of_standing(standing: Standing) -> Symptoms:
    failing: list[Part] = []
    warnings: list[Part] = []
    if standing.hold is not None:
        held = standing.hold
        warnings.append(Part("symptom.held", since=held.since, reason=held.reason))
    elif standing.oldest_answer > ANSWER_SECONDS:
        failing.append(Part("symptom.answers_wait", seconds=int(standing.oldest_answer)))
    if standing.oldest_event > EVENT_SECONDS:
        warnings.append(Part("symptom.events_wait", seconds=int(standing.oldest_event)))
    if count := standing.unknown + standing.malformed:
        warnings.append(Part("symptom.unsettled", count=count))
    if standing.dead:
        warnings.append(Part("symptom.dead_letters", count=standing.dead))
    if standing.unreachable:
        warnings.append(Part("symptom.unreachable", count=standing.unreachable))
    if standing.backup_age is None:
        warnings.append(Part("symptom.no_backup"))
    elif standing.backup_age > BACKUP_SECONDS:
        warnings.append(Part("symptom.backup_old", hours=int(standing.backup_age // 3600)))
    return Symptoms(tuple(failing), tuple(warnings))


def of_channel(name: str, pulse: Pulse, started: float) -> Symptoms:
    """``started``: the process's monotonic start, from which a platform may be silent at first."""
    failing: list[Part] = []
    warnings: list[Part] = []
    silent = time.monotonic() - (pulse.last_good or started)
    if silent >= SILENT_SECONDS:
        seconds, error = int(silent), pulse.last_error
        part = Part("symptom.channel_silent", channel=name, seconds=seconds, error=error)
        failing.append(part)
    skew = abs(pulse.skew or 0.0)
    if skew > SKEW_WARNS:
        which = failing if skew > SKEW_FAILS else warnings
        which.append(Part("symptom.clock_wrong", seconds=int(skew)))
    return Symptoms(tuple(failing), tuple(warnings))


def of_process(free_bytes: int, lag: float) -> Symptoms:
    failing = [Part("symptom.disk_full")] if free_bytes <= 0 else []
    warnings: list[Part] = []
    if lag > LAG_WARNS:
        which = failing if lag > LAG_FAILS else warnings
        which.append(Part("symptom.loop_late", seconds=int(lag)))
    return Symptoms(tuple(failing), tuple(warnings))


def of_parts(beats: Iterable[Beat], *, leads: bool) -> Symptoms:
    """``leads``: this is the bot that may work on its database."""
    stopped = [beat for beat in beats if beat.stopped]
    failing = [
        Part("symptom.part_stopped", part=b.name, seconds=int(b.silent), error=b.error)
        for b in stopped
    ]
    return Symptoms((*failing, *(() if leads else (Part("symptom.not_leading"),))))


def beat_of_channel(name: str, pulse: Pulse, started: float) -> Beat:
    """What comes in from a platform, as a part that must go on."""
    silent = time.monotonic() - (pulse.last_good or started)
    part = Part("heart.channel", channel=name)
    return Beat(f"channel:{name}", part, silent, SILENT_SECONDS, pulse.last_error)


def is_stuck(pulse: Pulse, started: float) -> bool:
    """Whether a channel neither hears from its platform nor knows that it is away: a restart may
    help then, and only then (X18)."""
    silent = time.monotonic() - (pulse.last_good or started)
    return not pulse.last_error and silent > STUCK_SECONDS


def is_clock_wrong(pulses: Iterable[Pulse]) -> bool:
    """By the newest answer of any platform; what it was stays true while that is away."""
    return any(abs(pulse.skew or 0.0) > SKEW_FAILS for pulse in pulses)
