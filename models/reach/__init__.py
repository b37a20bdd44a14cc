"""Who was told what, and how far it got: per person and per message (F3, F17, N15)."""

from models.reach.members import MEMBERS, UNIT_ROLES, Candidate, candidates, is_member
from models.reach.queries import Notice, PersonReach, notices, notices_of_unit, people
from models.reach.states import ARRIVED, LOST, SEEN, Reached, reached

__all__ = [
    "ARRIVED",
    "LOST",
    "MEMBERS",
    "SEEN",
    "UNIT_ROLES",
    "Candidate",
    "Notice",
    "PersonReach",
    "Reached",
    "candidates",
    "is_member",
    "notices",
    "notices_of_unit",
    "people",
    "reached",
]
