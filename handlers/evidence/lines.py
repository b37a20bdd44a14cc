"""The home of evidence, what a line has, links and explanations in place of files (N5)."""

import json
import re

from handlers.dialogue import Choice, Part, State, Turn
from handlers.evidence import asking, filing, line_cards, picking, uploading
from handlers.evidence.common import (
    At,
    documents_at,
    line_at,
    next_line,
    said,
    see_line,
)
from handlers.sheets import own_sheet
from models import assessment, evidence
from models.assessment import Line
from models.evidence import EXPLANATION_SIGNS
from models.refusals import Refusal

URL = re.compile(r"https?://\S+", re.IGNORECASE)


def start(turn: Turn, _: str = "") -> State | None:
    if turn.argument:
        return enter_at_home(turn, turn.argument)
    sheet = own_sheet(turn)
    held = evidence.holdings(turn.session, sheet.id)
    missing = evidence.lines_to_prove(turn.session, sheet.id, turn.by)
    offers = [Choice("evidence_next", line.line_id, code=line.code) for line in missing[:1]]
    refusal = evidence.why_not_add(turn.session, turn.by, sheet)
    if held.unfiled and refusal is None:
        offers.append(Choice("evidence_unfiled", count=held.unfiled))
    ways = [] if refusal else uploading.ways_in(turn)
    how = uploading.how(turn, "evidence_how", "evidence_how_by_link")
    return turn.ask(
        At.HOME,
        "evidence_home",
        [*offers, *ways, Choice("evidence_by_area"), Choice("missing"), Choice("menu")],
        unit=sheet.unit.name,
        documents=held.documents,
        lines=held.lines,
        missing=len(missing),
        unfiled=Part("evidence_unfiled_count", count=held.unfiled) if held.unfiled else "",
        how=said(refusal) if refusal else Part(how),
    )


def enter_at_home(turn: Turn, text: str) -> State | None:
    """A link is kept at once; anything else names a line."""
    return take_link(turn, text) if URL.search(text) else picking.enter(turn, text)


def list_unfiled(turn: Turn, _: str) -> State | None:
    waiting = evidence.unfiled(turn.session, own_sheet(turn).id)
    if not waiting:
        turn.end("evidence_none_unfiled", [Choice("evidence"), Choice("menu")])
        return None
    offers = [Choice("evidence_file_now", each.id, file=each.name) for each in waiting]
    always = [Choice("evidence"), Choice("menu")]
    return turn.ask(At.HOME, "evidence_unfiled_list", offers, always=always, count=len(waiting))


def file_now(turn: Turn, value: str) -> State:
    return asking.ask_which_line(turn, documents_at(turn, value))


def enter_at_line(turn: Turn, text: str) -> State | None:
    """A link is for this line; a code or words lead to another."""
    return take_link(turn, text) if URL.search(text) else picking.enter(turn, text)


def ask_link(turn: Turn, _: str) -> State:
    line = line_at(turn, turn.memory.get("line"))
    return turn.ask(At.LINK, "evidence_ask_link", [Choice("back", line.id)], code=line.item.code)


def take_link(turn: Turn, text: str) -> State | None:
    """The address in ``text``; what stands beside it is read as a caption."""
    found = URL.search(text)
    url = evidence.read_url(found[0].rstrip(".,;)")) if found else None
    if url is None:
        raise Refusal("not_a_link")
    return filing.take(turn, [url], text.replace(found[0] if found else "", " "))


def list_history(turn: Turn, value: str) -> State:
    line = line_at(turn, value)
    turn.memory["line"] = line.id
    closed = evidence.history(turn.session, line.id)
    offers = [Choice("evidence_open", link.id, file=link.evidence.name) for link in closed]
    return turn.ask(
        At.LINE,
        "evidence_history_list",
        offers,
        always=[Choice("back", line.id), Choice("menu")],
        code=line.item.code,
        count=len(closed),
    )


def ask_explanation(turn: Turn, value: str) -> State:
    line = line_at(turn, value)
    if refusal := evidence.why_not_explain(turn.session, turn.by, line, "?"):
        raise refusal
    turn.memory.clear()
    turn.memory["line"] = line.id
    written = assessment.explanation_of(turn.session, line.id)
    turn.memory["seen"] = written.id if written else 0
    now = line_cards.explanation_now(turn, line)
    return turn.ask(
        At.EXPLAIN,
        "evidence_ask_explanation",
        [Choice("back", line.id), Choice("menu")],
        code=line.item.code,
        title=line.item.title,
        limit=EXPLANATION_SIGNS,
        now=now or "",
    )


def enter_explanation(turn: Turn, text: str) -> State | None:
    """Too long a text is kept until the person has said what to do with it."""
    line, text = line_at(turn, turn.memory.get("line")), text.strip()
    if len(text) > EXPLANATION_SIGNS:
        turn.memory["draft"] = text
        offers = [
            Choice("evidence_keep_beginning", limit=EXPLANATION_SIGNS),
            Choice("back", line.id),
        ]
        return turn.ask(
            At.EXPLAIN,
            "evidence_explanation_too_long",
            offers,
            code=line.item.code,
            length=len(text),
            limit=EXPLANATION_SIGNS,
        )
    return record_explanation(turn, line, text, turn.memory.get("seen"))


def overwrite_explanation(turn: Turn, value: str) -> State | None:
    """All the same, now that the colleague's newer explanation was seen."""
    again = json.loads(value)
    return record_explanation(turn, line_at(turn, again["line"]), again["text"], again["seen"])


def record_explanation(turn: Turn, line: Line, text: str, seen: int | None) -> State | None:
    evidence.explain(turn.session, turn.by, line, text, seen)
    offers = [*next_line(turn, line), see_line(line)]
    turn.end(
        "evidence_explained",
        [*offers, Choice("menu")],
        code=line.item.code,
        title=line.item.title,
        text=text,
    )
    return None


def keep_beginning(turn: Turn, _: str) -> State | None:
    """The draft up to the last word that fits."""
    draft = str(turn.memory.get("draft", ""))[:EXPLANATION_SIGNS]
    return enter_explanation(turn, draft.rsplit(" ", 1)[0] if " " in draft else draft)
