"""A reason that is too long is kept until its writer has said what becomes of it."""

from handlers.dialogue import Choice, State, Turn
from handlers.self_assessment.questions import question
from models import assessment


def ask_shorter(turn: Turn, state: State, text: str) -> State | None:
    """None where the reason is not too long."""
    if assessment.why_reason_too_long(text) is None:
        return None
    turn.memory["draft"] = text
    limit = assessment.REASON_SIGNS
    offers = [Choice("reason_beginning", limit=limit)]
    return question(turn, state, "reason_is_too_long", offers, length=len(text), limit=limit)


def beginning(turn: Turn) -> str:
    """The draft up to the last word that fits."""
    draft = str(turn.memory.get("draft", ""))[: assessment.REASON_SIGNS]
    return draft.rsplit(" ", 1)[0] if " " in draft else draft
