"""The clock that ticks for the jobs, and a heart for each of them (F64)."""

from collections.abc import Callable, Sequence
from typing import Any

from apscheduler.events import EVENT_JOB_ERROR, EVENT_JOB_EXECUTED
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger
from sqlalchemy.orm import Session, sessionmaker

import jobs
from bot.hearts import SILENT_SECONDS, Beat, Heart
from models.clock import Clock
from models.messages import Part

TICKS = 3  # So many of a job's ticks may fail or take too long before it counts as stopped.


class Ticking:
    def __init__(
        self,
        sessions: sessionmaker[Session],
        clock: Clock,
        is_clock_wrong: Callable[[], bool],
    ) -> None:
        self._scheduler = BackgroundScheduler(timezone="UTC")
        jobs.register_all(self._scheduler, sessions, clock, is_clock_wrong)
        self._hearts: dict[str, Heart] = {}
        self._scheduler.add_listener(self._note, EVENT_JOB_EXECUTED | EVENT_JOB_ERROR)

    def start(self) -> None:
        for job in self._scheduler.get_jobs():
            if isinstance(job.trigger, IntervalTrigger):  # Any other may be silent for days.
                limit = max(SILENT_SECONDS, TICKS * job.trigger.interval_length)
                name = Part("heart.job", job=job.id)
                self._hearts[job.id] = Heart(f"job:{job.id}", name, limit)
        self._scheduler.start()

    def beats(self) -> Sequence[Beat]:
        return [heart.look() for heart in self._hearts.values()]

    def stop(self) -> None:
        self._scheduler.shutdown(wait=False)

    def _note(self, event: Any) -> None:
        """A job has come to its end, in whichever thread."""
        heart = self._hearts.get(event.job_id)
        if heart is None:
            return
        if event.exception is None:
            heart.beat()
        else:
            heart.fault(type(event.exception).__name__)
