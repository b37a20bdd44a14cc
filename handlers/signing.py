"""The unit's sheet is sent off with the scan of the report that its head has signed (F39)."""

from collections.abc import Sequence
from datetime import date

from handlers.dialogue import (
    Choice,
    Conversation,
    Part,
    State,
    Turn,
    on_choice,
    on_file,
    on_text,
)
from handlers.evidence import uploading
from handlers.sheets import sheet_at
from handlers.submission_lines import (
    adjustment_lines,
    claims_part,
    left_out_part,
    preview_values,
    survey_part,
    timed_part,
)
from models import evidence, submission
from models.assessment import Assessment
from models.evidence import Evidence
from models.files import Received
from models.people import Role
from models.policy import Action
from models.refusals import Refusal
from models.submission import Report

# Another scan, other words; or not now.
AGAIN = (Choice("sign_again"), Choice("check_again"), Choice("menu"))


class At(State):
    SCAN = "scan"
    NUMBER = "number"
    CONFIRM = "confirm"


def ask_scan(turn: Turn, value: str) -> State:
    sheet = sheet_at(turn, value, Action.SEND_SIGNED)
    check(turn, sheet)
    turn.memory.clear()
    turn.memory["sheet"] = sheet.id
    return scan_wanted(turn)


def ask_again(turn: Turn, _: str) -> State:
    """The scan that was sent before stays known, so that another takes its place."""
    check(turn, chosen(turn))
    turn.memory.pop("number", None)
    turn.memory.pop("dated_on", None)
    return scan_wanted(turn)


def scan_wanted(turn: Turn) -> State:
    """With what is known of the report, where its number or date came before it."""
    by_hand = turn.abilities.files_in
    name = "ask_signed_report" if by_hand else "ask_signed_report_by_link"
    ways = [] if by_hand else [Choice("report_upload")]
    known = []
    if number := turn.memory.get("number"):
        known.append(Part("report_number_noted", number=number))
    if dated_on := turn.memory.get("dated_on"):
        known.append(Part("report_date_noted", dated_on=date.fromisoformat(dated_on)))
    return turn.ask(
        At.SCAN,
        name,
        [*ways, Choice("check_again"), Choice("menu")],
        unit=chosen(turn).unit.name,
        known=known,
    )


def note_words(turn: Turn, text: str) -> State:
    """Number and date may come before the scan."""
    card = evidence.parse_caption(text)
    if not (card.number or card.dated_on):
        raise Refusal("report_scan_missing", text=text[:40])
    turn.memory["number"] = card.number or turn.memory.get("number", "")
    if card.dated_on:
        turn.memory["dated_on"] = card.dated_on.isoformat()
    return scan_wanted(turn)


def offer_upload(turn: Turn, _: str) -> None:
    """The one-time link, where the platform takes no files."""
    check(turn, chosen(turn))
    turn.say("report_upload_here", way=uploading.instead(turn, ""))


def take_scan(turn: Turn, received: Sequence[Received], caption: str) -> State:
    check(turn, chosen(turn))
    if len(received) > 1:
        raise Refusal("report_is_one_file", count=len(received))
    if refusal := submission.why_not_scan(received[0]):
        values = {"platform": turn.channel.capitalize(), **refusal.values}
        raise Refusal(refusal.name, refusal.offers, **values)
    if before := turn.session.get(Evidence, turn.memory.get("document", 0)):
        evidence.set_aside(turn.session, turn.by, before)
    kept = evidence.add(turn.session, turn.by, chosen(turn), received[0], caption)
    turn.memory["document"] = kept.id
    return read_number(turn, caption)


def read_number(turn: Turn, text: str) -> State:
    """Number and date from the words beside the file, or the question for what is missing."""
    card = evidence.parse_caption(text)
    number = card.number or turn.memory.get("number", "")
    dated = card.dated_on.isoformat() if card.dated_on else turn.memory.get("dated_on", "")
    turn.memory["number"], turn.memory["dated_on"] = number, dated
    if number and dated:
        return confirm(turn)
    name = "ask_report_number" if not number else "ask_report_date"
    file = document_of(turn).name
    return turn.ask(At.NUMBER, name, AGAIN, file=file, number=number)


def enter_number(turn: Turn, text: str) -> State:
    """A number in a form of the office's own is taken as it was typed."""
    card = evidence.parse_caption(text)
    if not (card.number or card.dated_on) and not turn.memory.get("number"):
        number = text.strip()
        if refusal := submission.why_not_number(number):
            raise refusal
        turn.memory["number"] = number
        return read_number(turn, "")
    if not (card.number or card.dated_on):
        raise Refusal("report_date_missing", text=text[:40])
    return read_number(turn, text)


def confirm(turn: Turn) -> State:
    """What would be sent and locked, with which report."""
    sheet, report = chosen(turn), report_of(turn)
    if refusal := submission.why_not_report(turn.by, sheet, report.number, report.dated_on):
        turn.memory["dated_on"] = ""
        raise refusal
    now = submission.preview(turn.session, sheet, turn.now)
    turn.memory["digest"] = now.digest
    return turn.ask(
        At.CONFIRM,
        "confirm_signed_report",
        [Choice("send_signed", owner=sheet.campaign.owner.short_name), *AGAIN],
        unit=sheet.unit.name,
        number=report.number,
        dated_on=report.dated_on,
        file=report.document.name,
        timed=timed_part(now),
        survey=survey_part(now),
        left_out=left_out_part(now.lines),
        adjustments=adjustment_lines(now.adjustments),
        claims=claims_part(now.lines),
        **preview_values(now),
    )


def send(turn: Turn, _: str) -> State | None:
    seen = str(turn.memory.get("digest", ""))
    sent = submission.send_signed(turn.session, turn.by, chosen(turn), report_of(turn), seen)
    offers = [Choice("receipt_file", sent.id), Choice("menu")]
    turn.end("sheet_sent", offers, **submission.receipt(sent))
    return None


def report_of(turn: Turn) -> Report:
    dated_on = date.fromisoformat(turn.memory["dated_on"])
    return Report(document_of(turn), turn.memory["number"], dated_on)


def document_of(turn: Turn) -> Evidence:
    """The scan, which is kept from the moment it comes: nothing handed in is lost (N14)."""
    return turn.session.get_one(Evidence, turn.memory["document"])


def chosen(turn: Turn) -> Assessment:
    return sheet_at(turn, turn.memory.get("sheet", ""), Action.SEND_SIGNED)


def check(turn: Turn, sheet: Assessment) -> None:
    if refusal := submission.why_not_sign(turn.session, turn.by, sheet):
        raise refusal


conversation = Conversation(
    name="signing",
    roles=frozenset({Role.FOCAL_OFFICER, Role.DEPUTY}),
    entry_points=[on_choice("sign_with_report", ask_scan)],
    states={
        At.SCAN: [on_text(note_words), on_file(take_scan)],
        At.NUMBER: [on_text(enter_number), on_file(take_scan)],
        At.CONFIRM: [on_choice("send_signed", send), on_file(take_scan)],
    },
    fallbacks=[on_choice("report_upload", offer_upload), on_choice("sign_again", ask_again)],
)
