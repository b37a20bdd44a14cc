"""Looks at the parts from a thread of its own, which does not stop when they do: an alarm once
for each outage, and one when it is over, each tried until it is taken (F64)."""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta

from bot.alarms.alarm import Alarm, State
from bot.alarms.couriers import Courier
from bot.hearts import Beat
from bot.words import Words
from models.clock import Clock

logger = logging.getLogger(__name__)

TICK_SECONDS = 5.0
FIRST_PAUSE, LONGEST_PAUSE = 5.0, 60.0
KEPT = 200  # Alarms that wait for one courier; beyond these the oldest are of no use any more.


class _Round:
    """What one courier has still to deliver, in order."""

    def __init__(self, courier: Courier) -> None:
        self._courier = courier
        self._waiting: deque[Alarm] = deque(maxlen=KEPT)
        self._pause = 0.0
        self._not_before = 0.0

    def add(self, alarm: Alarm) -> None:
        self._waiting.append(alarm)

    def go(self) -> None:
        while self._waiting and time.monotonic() >= self._not_before:
            try:
                self._courier.deliver(self._waiting[0])
            except Exception as error:
                # Its text may hold the address.
                self._pause = min(LONGEST_PAUSE, self._pause * 2 or FIRST_PAUSE)
                self._not_before = time.monotonic() + self._pause
                how = (self._courier.name, type(error).__name__)
                logger.warning("an alarm could not be delivered by %s: %s", *how)
            else:
                self._pause = 0.0
                self._waiting.popleft()


class Watcher(threading.Thread):
    def __init__(
        self,
        beats: Callable[[], Iterable[Beat]],
        couriers: Sequence[Courier],
        words: Words,
        language: str,
        clock: Clock,
        tick_seconds: float | None = None,
    ) -> None:
        """``beats`` is asked in this thread."""
        super().__init__(name="watcher", daemon=True)
        self._beats = beats
        self._rounds = [_Round(courier) for courier in couriers]
        self._words = words
        self._language = language
        self._clock = clock
        self._tick = TICK_SECONDS if tick_seconds is None else tick_seconds
        self._ended = threading.Event()
        self._stopped: dict[str, datetime] = {}

    def run(self) -> None:
        while not self._ended.wait(self._tick):
            try:
                self._look()
                for each in self._rounds:
                    each.go()
            except Exception:
                logger.exception("the watcher could not look")

    def stop(self) -> None:
        self._ended.set()
        self.join(timeout=1.0)

    def _look(self) -> None:
        for beat in self._beats():
            known = beat.key in self._stopped
            if beat.stopped and not known:
                since = self._clock() - timedelta(seconds=beat.silent)
                self._stopped[beat.key] = since
                self._raise("stopped", beat, since)
            elif known and not beat.stopped:
                since = self._stopped.pop(beat.key)
                self._raise("over", beat, self._clock(), stopped=since)

    def _raise(self, state: State, beat: Beat, since: datetime, **values: datetime) -> None:
        said = {"part": beat.name, "since": since, "error": beat.error, **values}
        subject = self._words.plain(f"alarm_subject.{state}", self._language, **said)
        text = self._words.plain(f"alarm.{state}", self._language, **said)
        alarm = Alarm(state, beat.key, since, subject, text)
        logger.error("alarm: %s %s", beat.key, state)
        for each in self._rounds:
            each.add(alarm)
