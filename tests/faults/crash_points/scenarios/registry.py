"""Where a scenario is put by its decorator: a function that is handed a stage."""

from collections.abc import Callable
from dataclasses import dataclass

from tests.faults.crash_points.stage import NOW, Stage


@dataclass(frozen=True)
class Scenario:
    """``since``: the local time at which it begins; what fell due before is settled."""

    play: Callable[[Stage], None]
    since: str = NOW


SCENARIOS: dict[str, Scenario] = {}


def scenario(play: Callable[[Stage], None]) -> Callable[[Stage], None]:
    SCENARIOS[play.__name__] = Scenario(play)
    return play


def scenario_since(local: str) -> Callable[[Callable[[Stage], None]], Callable[[Stage], None]]:
    def keep(play: Callable[[Stage], None]) -> Callable[[Stage], None]:
        SCENARIOS[play.__name__] = Scenario(play, local)
        return play

    return keep
