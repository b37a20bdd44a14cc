"""What a person sends is kept at once and filed to its line, or waits until the line is known.

Nothing that was handed in is lost: a file without a line stays in the list of those (N14).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from handlers.dialogue import Choice, Part, State, Turn
from handlers.evidence import asking, uploading
from handlers.evidence.common import (
    At,
    details,
    ids,
    line_at,
    next_line,
    place_of,
    said,
    see_line,
)
from handlers.sheets import own_sheet
from models import evidence, uploads
from models.assessment import Line
from models.evidence import Evidence, EvidenceLink
from models.files import Received
from models.refusals import Refusal

TOO_LARGE = "file_too_large"
REPEATED = "same_evidence_here"
LISTED = 8


@dataclass
class Outcome:
    """What became of the files of one upload (F33)."""

    total: int
    links: list[EvidenceLink] = field(default_factory=list)
    waiting: list[Evidence] = field(default_factory=list)
    notes: list[Part] = field(default_factory=list)

    @property
    def saved(self) -> int:
        return len({link.evidence_id for link in self.links})


def take_files(turn: Turn, files: Sequence[Received], caption: str) -> State | None:
    return take(turn, list(files), caption)


def take(turn: Turn, sources: Sequence[Received | str], caption: str) -> State | None:
    """File to the lines that the caption names, else to the line the person is at; else ask."""
    sheet = own_sheet(turn)
    if refusal := evidence.why_not_add(turn.session, turn.by, sheet):
        raise refusal
    lines = asking.named_lines(turn, caption) or _line_at_hand(turn)
    outcome = Outcome(len(sources), notes=refused(turn, sources, caption, lines))
    fitting = []
    for line in lines:
        if refusal := evidence.why_not_prove(turn.session, turn.by, line):
            outcome.notes.append(said(refusal))
        else:
            fitting.append(line)
    for source in sources:
        if isinstance(source, str) or source.refusal is None:
            _keep(turn, outcome, source, caption, fitting)
    return _answer(turn, outcome, turn.say)


def file_waiting(
    turn: Turn, documents: Sequence[Evidence], lines: Sequence[Line], text: str
) -> State | None:
    """File documents that were kept before to the lines chosen for them."""
    for line in lines:
        if refusal := evidence.why_not_prove(turn.session, turn.by, line):
            raise refusal
    tries = [(document, line) for document in documents for line in lines]
    refusals = [evidence.why_not_file(turn.session, turn.by, *each) for each in tries]
    if refusals and refusals[0] is not None and all(refusals):
        raise refusals[0]
    outcome = Outcome(len(documents))
    for document in documents:
        _file(turn, outcome, document, lines, text)
    turn.memory.clear()
    return _answer(turn, outcome, turn.end)


def _keep(
    turn: Turn, outcome: Outcome, source: Received | str, caption: str, lines: Sequence[Line]
) -> None:
    size = 0 if isinstance(source, str) else source.size
    sheet = own_sheet(turn)
    if refusal := evidence.why_not_add(turn.session, turn.by, sheet, size):
        outcome.notes.append(said(refusal))
        return
    document = evidence.add(turn.session, turn.by, sheet, source, caption)
    if lines:
        _file(turn, outcome, document, lines)
    else:
        outcome.waiting.append(document)


def _file(
    turn: Turn, outcome: Outcome, document: Evidence, lines: Sequence[Line], text: str = ""
) -> None:
    refusals: list[Refusal] = []
    before = len(outcome.links)
    for line in lines:
        if refusal := evidence.why_not_file(turn.session, turn.by, document, line):
            refusals.append(refusal)
            continue
        link = evidence.file_under(turn.session, turn.by, document, line)
        card = evidence.parse_caption(text)
        if card.number or card.dated_on or card.locator or card.issuer:
            evidence.describe(turn.session, turn.by, link, text)
        outcome.links.append(link)
    outcome.notes += [said(refusal) for refusal in refusals]
    if len(outcome.links) > before:
        return
    if all(refusal.name == REPEATED for refusal in refusals):
        if not evidence.filed_lines(turn.session, document.id):
            evidence.set_aside(turn.session, turn.by, document)
    else:
        outcome.waiting.append(document)


def _answer(turn: Turn, outcome: Outcome, speak: Callable[..., object]) -> State | None:
    """One receipt for the whole upload; the question for what has no line yet.

    A receipt leaves the chat where it was, so that whoever is in the middle of something else
    goes on there; at a line, what comes next is for it too.
    """
    if outcome.links:
        _receipt(turn, outcome, speak)
    if outcome.waiting:
        notes = [] if outcome.links else outcome.notes
        return asking.ask_which_line(turn, outcome.waiting, notes)
    if not outcome.links:
        turn.say(
            "evidence_not_saved",
            [Choice("evidence"), Choice("menu")],
            notes=shortened(outcome.notes),
        )
    return At.LINE if "line" in turn.memory else None


def _receipt(turn: Turn, outcome: Outcome, speak: Callable[..., object]) -> None:
    links = outcome.links
    first = links[0]
    documents = list({link.evidence_id: link.evidence for link in links}.values())
    lines = list({link.line_id: link.line for link in links}.values())
    single = len(documents) == 1
    speak(
        "evidence_saved",
        _ways_on(turn, links, documents, lines[-1]),
        saved=outcome.saved,
        total=outcome.total,
        codes=[line.item.code for line in lines],
        title=first.line.item.title if len(lines) == 1 else "",
        details=details(first.evidence) if single else shortened([_row(d) for d in documents]),
        remarks=shortened([part for each in documents for part in _remarks(turn, each, lines)]),
        locator=place_of(first) if single else "",
        notes=shortened(outcome.notes),
    )


def shortened(parts: Sequence[Part]) -> list[Part]:
    """Each part once, and of many the first: a message stays short."""
    once = list(dict.fromkeys(parts))
    if len(once) <= LISTED:
        return once
    return [*once[:LISTED], Part("evidence_and_more", count=len(once) - LISTED)]


def _ways_on(
    turn: Turn, links: Sequence[EvidenceLink], documents: Sequence[Evidence], line: Line
) -> list[Choice]:
    single = links[0].id if len(links) == 1 else None
    offers = [Choice("evidence_locator", single)] if single else []
    offers.append(Choice("evidence_also", ids(documents)))
    offers += next_line(turn, line)
    offers.append(Choice("evidence_remove", single) if single else see_line(line))
    if count := evidence.holdings(turn.session, line.assessment_id).unfiled:
        offers.append(Choice("evidence_unfiled", count=count))
    return [*offers, Choice("menu")]


def _row(document: Evidence) -> Part:
    return Part("evidence_row", file=document.name, details=details(document))


def _remarks(turn: Turn, document: Evidence, lines: Sequence[Line]) -> list[Part]:
    """The same content elsewhere (F36); a date outside the year that is assessed (F28)."""
    parts = []
    here = {line.id for line in lines}
    same = evidence.lines_with_content(turn.session, document)
    if codes := [line.item.code for line in same if line.id not in here]:
        parts.append(Part("evidence_is_also_at", file=document.name, codes=codes))
    year = document.assessment.campaign.year
    if document.dated_on is not None and document.dated_on.year != year:
        parts.append(Part("evidence_of_other_year", date=document.dated_on, year=year))
    return parts


def _line_at_hand(turn: Turn) -> list[Line]:
    return [line_at(turn, turn.memory["line"])] if "line" in turn.memory else []


def refused(
    turn: Turn, sources: Sequence[Received | str], caption: str, lines: Sequence[Line]
) -> list[Part]:
    """Why each of these was not taken; too large ones get a way round, one link for all."""
    not_taken = [s for s in sources if isinstance(s, Received) and s.refusal is not None]
    large = [file for file in not_taken if file.refusal and file.refusal.name == TOO_LARGE]
    platform = turn.channel.capitalize()
    parts = [
        Part(f"refusal.{r.name}", platform=platform, **r.values)
        for r in (file.refusal for file in not_taken)
        if r is not None
    ]
    if any(file.size <= uploads.LIMIT for file in large):
        words = caption or " ".join(line.item.code for line in lines)
        return [*parts, uploading.instead(turn, words)]
    return parts + ([Part("upload_smaller")] if large else [])
