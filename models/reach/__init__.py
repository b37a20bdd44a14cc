"""Who was told what, and how far it got: per person and per message (F3, F17, N15)."""

from models.reach.states import ARRIVED, LOST, SEEN, Reached, reached

__all__ = ["ARRIVED", "LOST", "SEEN", "Reached", "reached"]
