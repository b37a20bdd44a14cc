"""Bots forked on a turned clock: for them it is now whatever it is for the test.

They tick every second instead of every twenty, so that a death within two seconds of an instant
at which people are told finds them at work.
"""

import time
from typing import Any

import time_machine

from tests.faults import nursery
from tests.faults.nursery import Nursery

TICK_SECONDS = 1


class TurnedNursery(Nursery):
    module = "tests.faults.years.turned"

    def _more(self) -> dict[str, Any]:
        return {"now": time.time()}


def serve() -> None:
    """The process that forks, with the present handed on to each fork."""
    import jobs.reminders

    jobs.reminders.TICK_SECONDS = TICK_SECONDS
    live = nursery.live

    def live_then(cli: Any, order: dict[str, Any]) -> None:
        with time_machine.travel(order["now"], tick=True):
            live(cli, order)

    nursery.live = live_then
    nursery.serve()


if __name__ == "__main__":
    serve()
