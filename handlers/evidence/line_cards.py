"""What a line has, and how it may be proved (N5)."""

from handlers.dialogue import Choice, Part, State, Turn
from handlers.evidence import uploading
from handlers.evidence.common import At, line_at, next_line, said
from models import evidence
from models.assessment import Line


def open_line(turn: Turn, value: str) -> State:
    return show(turn, line_at(turn, value))


def show(turn: Turn, line: Line) -> State:
    """What the line has; files and links sent from here on are for it."""
    turn.memory.clear()
    turn.memory["line"] = line.id
    links = evidence.open_links(turn.session, line.id)
    closed = evidence.history(turn.session, line.id)
    refusal = evidence.why_not_prove(turn.session, turn.by.presently, line)
    ways = [*uploading.ways_in(turn), Choice("evidence_link"), Choice("explain", line.id)]
    always = [] if refusal else ways
    if closed:
        always.append(Choice("evidence_history", line.id, count=len(closed)))
    offers = list(refusal.offers) if refusal else []
    return turn.ask(
        At.LINE,
        "evidence_of_line",
        [Choice("evidence_open", link.id, file=link.evidence.name) for link in links],
        always=[*always, *offers, *next_line(turn, line), Choice("menu")],
        code=line.item.code,
        title=line.item.title,
        standing=_standing(turn, line, len(links)),
        how=said(refusal) if refusal else _how(turn, line),
    )


def _how(turn: Turn, line: Line) -> Part:
    name = uploading.how(turn, "evidence_how_line", "evidence_how_line_by_link")
    return Part(name, code=line.item.code)


def _standing(turn: Turn, line: Line, count: int) -> list[Part]:
    parts = [Part("evidence_count", count=count) if count else Part("evidence_count_none")]
    if explanation := explanation_now(turn, line):
        parts.append(explanation)
    return parts


def explanation_now(turn: Turn, line: Line) -> Part | None:
    found = evidence.explanations(turn.session, line.id)
    if not found or found[0].closed_at is not None:
        return None
    newest = found[0]
    return Part("evidence_explanation", text=newest.text, at=newest.written_at)
