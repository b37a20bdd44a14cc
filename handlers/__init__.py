"""Conversations: what the bot asks and answers. No sentence, no rule, no platform.

``CONVERSATIONS`` is the table of contents. What is found in ``handlers`` by its module name is
registered here and nowhere else.
"""

import importlib

from handlers.dialogue import Conversation

# Order matters: the first that takes loose text or a loose file gets it.
_MODULES = (
    "start",
    "home",
    "calendar",
    "progress",
    "self_assessment",
    "allotment",
    "workbook",
    "evidence",
    "submission",
    "approval",
    "signing",
    "receipts",
    "unit_report",
    "appraisal",
    "councils",
    "coordination",
    "nudging",
    "progress_files",
    "rehearsal",
    "reopening",
    "stand_in",
    "sign_off",
    "extending",
    "milestones",
    "ladders",
    "broadcasts",
    "reach",
    "chasing",
    "escalating",
    "reminders",
    "administration",
    "directory",
    "dead_letters",
    "unsettled",
    "settings",
)


def _load() -> list[Conversation]:
    found = []
    for name in _MODULES:
        try:
            found.append(importlib.import_module(f"handlers.{name}").conversation)
        except ModuleNotFoundError as error:
            if error.name != f"handlers.{name}":
                raise
    return found


CONVERSATIONS = _load()
