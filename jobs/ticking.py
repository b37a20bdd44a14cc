"""A job that looks again and again: never twice at once, and a late tick is no lost one."""

from collections.abc import Callable

from apscheduler.schedulers.base import BaseScheduler
from apscheduler.triggers.interval import IntervalTrigger


def every(
    scheduler: BaseScheduler, seconds: int, work: Callable[..., object], *args: object, id: str
) -> None:
    """Have ``work(*args)`` done each ``seconds``."""
    scheduler.add_job(
        work,
        IntervalTrigger(seconds=seconds),
        args=args,
        id=id,
        coalesce=True,
        max_instances=1,
        misfire_grace_time=None,  # The default drops a tick that is over a second late.
    )
