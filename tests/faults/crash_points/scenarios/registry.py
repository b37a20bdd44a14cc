"""Where a scenario is put by its decorator: a function that is handed a stage."""

from collections.abc import Callable

from tests.faults.crash_points.stage import Stage

Scenario = Callable[[Stage], None]
SCENARIOS: dict[str, Scenario] = {}


def scenario(play: Scenario) -> Scenario:
    SCENARIOS[play.__name__] = play
    return play
