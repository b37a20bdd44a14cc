"""The main flows, each as short as it can be, one function each.

A scenario makes its people, calls ``stage.begin()`` and lets them act; every crossing from then
on is a point at which the process dies. A new one is a function with ``@scenario``.
"""

from tests.faults.crash_points.scenarios import (
    coordinating,
    evidence,
    joining,
    operating,
    reminding,
    scoring,
    sending,
    submitting,
    tasks,
    web,
)
from tests.faults.crash_points.scenarios.registry import SCENARIOS, Scenario

__all__ = ["SCENARIOS", "Scenario"]

MODULES = (
    *(joining, evidence, scoring, tasks, reminding, sending, web, operating),
    *(submitting, coordinating),
)
