"""One document of a line: its card, a newer version, taking it off, more lines, download."""

from collections.abc import Sequence

from handlers.dialogue import Choice, Enclosure, Part, State, Turn
from handlers.evidence import asking, filing, line_cards, uploading
from handlers.evidence.common import (
    At,
    details,
    documents_at,
    link_at,
    place_of,
    see_line,
)
from handlers.sheets import behalf_part
from models import evidence
from models.evidence import LOCATOR_SIGNS, EvidenceLink
from models.files import Received
from models.people import Person
from models.refusals import Refusal


def open_card(turn: Turn, value: str) -> State:
    return show(turn, link_at(turn, value))


def show(turn: Turn, link: EvidenceLink) -> State:
    turn.memory.clear()
    turn.memory["link"] = link.id
    document, item = link.evidence, link.line.item
    others = [line.item.code for line in evidence.filed_lines(turn.session, document.id)]
    also = [code for code in others if code != item.code]
    return turn.ask(
        At.CARD,
        "evidence_card",
        [*_acts(turn, link), Choice("back", link.line_id), Choice("menu")],
        code=item.code,
        title=item.title,
        file=document.name,
        details=details(document),
        issuer=Part("evidence_issuer", issuer=document.issuer) if document.issuer else "",
        locator=place_of(link),
        at=document.added_at,
        person=document.added_by.name,
        also=Part("evidence_serves_also", codes=also) if also else "",
        sha256=Part("evidence_sha256", sha256=document.file.sha256) if document.file else "",
        closed=_closed(turn, link),
        behalf=behalf_part(turn, document.assessment_id, link.linked_by_id, link.linked_at),
    )


def download(turn: Turn, value: str) -> None:
    link = link_at(turn, value)
    document = link.evidence
    if document.file is None:
        raise Refusal("evidence_is_link", url=document.url)
    file = Enclosure(document.name, sha256=document.file.sha256)
    turn.say("evidence_file", enclosure=file, file=document.name, code=link.line.item.code)


def ask_details(turn: Turn, value: str) -> State:
    link = _changeable(turn, value)
    return turn.ask(
        At.DETAILS,
        "evidence_ask_details",
        [Choice("evidence_open_again", link.id)],
        file=link.evidence.name,
        limit=LOCATOR_SIGNS,
    )


def enter_details(turn: Turn, text: str) -> State:
    link = link_at(turn, turn.memory.get("link"))
    evidence.describe(turn.session, turn.by, link, text)
    return show(turn, link)


def ask_replacement(turn: Turn, value: str) -> State:
    link = _changeable(turn, value)
    offers = [*uploading.ways_in(turn), Choice("evidence_open_again", link.id)]
    return turn.ask(
        At.REPLACE,
        uploading.how(turn, "evidence_ask_replacement", "evidence_ask_replacement_by_link"),
        offers,
        file=link.evidence.name,
        code=link.line.item.code,
    )


def replace_by_files(turn: Turn, files: Sequence[Received], caption: str) -> State:
    """One file in place of one; further ones of the same upload are for the same line."""
    link = link_at(turn, turn.memory.get("link"))
    if notes := filing.refused(turn, files, caption, [link.line]):
        turn.say("evidence_not_saved", notes=notes)
    taken = [file for file in files if file.refusal is None]
    if not taken:
        return At.REPLACE
    following = evidence.replace(turn.session, turn.by, link, taken[0], caption)
    for file in taken[1:]:
        evidence.attach(turn.session, turn.by, link.line, file, caption)
    return _say_replaced(turn, following)


def replace_by_link(turn: Turn, text: str) -> State:
    url = evidence.read_url(text)
    if url is None:
        raise Refusal("not_a_link")
    link = link_at(turn, turn.memory.get("link"))
    return _say_replaced(turn, evidence.replace(turn.session, turn.by, link, url))


def remove(turn: Turn, value: str) -> None:
    link = link_at(turn, value)
    evidence.remove(turn.session, turn.by, link)
    left = len(evidence.open_links(turn.session, link.line_id))
    turn.end(
        "evidence_removed",
        [Choice("evidence_restore", link.id), see_line(link.line), Choice("menu")],
        file=link.evidence.name,
        code=link.line.item.code,
        left=Part("evidence_count", count=left) if left else Part("evidence_count_none"),
    )


def restore(turn: Turn, value: str) -> State:
    link = link_at(turn, value)
    again = evidence.file_under(turn.session, turn.by, link.evidence, link.line, link.locator)
    return show(turn, again)


def ask_also(turn: Turn, value: str) -> State:
    """The same document for one more line, without sending it again (F30)."""
    return asking.ask_which_line(turn, documents_at(turn, value), new=False)


def back(turn: Turn, value: str) -> State:
    return line_cards.open_line(turn, value)


def _say_replaced(turn: Turn, link: EvidenceLink) -> State:
    turn.say("evidence_replaced", file=link.evidence.name, code=link.line.item.code)
    return show(turn, link)


def _changeable(turn: Turn, value: str) -> EvidenceLink:
    """The link, if anything may be changed on its line now."""
    link = link_at(turn, value)
    if refusal := evidence.why_not_prove(turn.session, turn.by, link.line):
        raise refusal
    turn.memory.clear()
    turn.memory["link"] = link.id
    return link


def _acts(turn: Turn, link: EvidenceLink) -> list[Choice]:
    offers = [Choice("evidence_download", link.id)] if link.evidence.file else []
    if evidence.why_not_prove(turn.session, turn.by, link.line):
        return offers
    if link.closed_at is not None:
        return [*offers, Choice("evidence_restore", link.id)]
    return [
        Choice("evidence_locator", link.id),
        Choice("evidence_also", link.evidence_id),
        *offers,
        Choice("evidence_replace", link.id),
        Choice("evidence_remove", link.id),
    ]


def _closed(turn: Turn, link: EvidenceLink) -> Part | str:
    if link.closed_at is None:
        return ""
    who = turn.session.get(Person, link.closed_by_id) if link.closed_by_id else None
    name = "evidence_was_replaced" if link.replaced_by_id else "evidence_was_removed"
    return Part(name, at=link.closed_at, person=who.name if who else "")
