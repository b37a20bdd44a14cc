"""Receipts: the unit's own, as a message and as a document; /bienlai verifies one (F38, N18)."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from handlers import downloads
from handlers.dialogue import (
    Choice,
    Conversation,
    Enclosure,
    Part,
    State,
    Turn,
    on_choice,
    on_command,
    on_text,
)
from handlers.sheets import is_id
from handlers.submission_lines import adjustment_lines, area_lines, claims_part, left_out_part
from models import assessment, submission
from models.refusals import Refusal
from models.submission import Receipt, Submission


class At(State):
    CODE = "code"


def start(turn: Turn) -> State | None:
    """A code behind the command is verified; without one, the own receipt, or a question."""
    if turn.argument:
        return show(turn, turn.argument)
    sheet = assessment.sheet_of(turn.session, turn.by.unit_id)
    own = submission.latest(turn.session, sheet.id) if sheet else None
    if own is None or submission.why_not_verify(turn.session, turn.by, own):
        return turn.ask(At.CODE, "ask_receipt_code", [Choice("menu")])
    return show(turn, own.code)


def open_of_sheet(turn: Turn, value: str) -> State | None:
    """The newest receipt of a sheet."""
    newest = submission.latest(turn.session, int(value)) if value.isdecimal() else None
    if newest is None:
        raise Refusal("press_unknown", [Choice("menu")])
    return show(turn, newest.code)


def show(turn: Turn, code: str) -> State | None:
    found = submission.verify(turn.session, turn.by, code)
    offers = [Choice("receipt_file", found.submission.id)]
    if found.submission.report is not None:
        offers.append(Choice("signed_report", found.submission.id))
    if found.newer is not None:
        offers.append(Choice("receipt", found.newer.assessment_id))
    turn.end(
        "receipt_verified",
        [*offers, Choice("menu")],
        **submission.receipt(found.submission),
        decided=decided(found.submission),
        standing=standing(found),
        areas=area_lines(submission.areas_of(found.submission.content["lines"])),
        left_out=left_out_part(found.submission.content["lines"]),
        claims=claims_part(found.submission.content["lines"]),
    )
    return None


def decided(sent: Submission) -> Part:
    """Who let it go: the head, or the officer who entered the signed report."""
    name = "receipt_entered_by" if sent.report else "receipt_approved_by"
    return Part(name, person=sent.approved_by.name)


def standing(receipt: Receipt) -> list[Part]:
    """Whether the sheet still is what was sent, and what came after."""
    sent = receipt.submission
    if not receipt.whole:
        return [Part("receipt_damaged")]
    digest = sent.digest[:8]
    parts = [Part("receipt_unchanged" if receipt.unchanged else "receipt_changed", digest=digest)]
    if sent.reopening is not None:
        about = {"at": sent.reopening.reopened_at, "until": sent.reopening.until}
        parts.append(Part("receipt_reopened", **about, reason=sent.reopening.reason))
    if receipt.newer is not None:
        parts.append(Part("receipt_followed", code=receipt.newer.code, at=receipt.newer.sent_at))
    return parts


def send_file(turn: Turn, value: str) -> None:
    sent = sent_at(turn, value)
    name = ("bien-nhan", sent.code)
    file = downloads.made(turn, "receipt", "docx", name, file_values(sent))
    turn.say("receipt_as_file", [Choice("menu")], enclosure=file, code=sent.code)


def send_report(turn: Turn, value: str) -> None:
    """The scan of the signed report, as it was handed in."""
    sent = sent_at(turn, value)
    if sent.report is None:
        raise Refusal("press_unknown", [Choice("menu")])
    file = Enclosure(sent.report.evidence.name, sha256=sent.report.file.sha256)
    about = {"number": sent.report.number, "dated_on": sent.report.dated_on}
    turn.say("signed_report", [Choice("menu")], enclosure=file, code=sent.code, **about)


def sent_at(turn: Turn, value: str) -> Submission:
    sent = turn.session.get(Submission, int(value)) if is_id(value) else None
    if refusal := submission.why_not_verify(turn.session, turn.by, sent):
        raise refusal
    assert sent is not None  # The rule has seen that there is one.
    return sent


def file_values(sent: Submission) -> Mapping[str, Any]:
    """What ``bot.reports.receipt`` is made from."""
    sheet = sent.assessment
    lines = sent.content["lines"]
    return {
        **{name: getattr(sent, name) for name in PLAIN},
        "late": sent.late_seconds is not None,
        "year": sheet.campaign.year,
        "unit": sheet.unit.name,
        "owner": sheet.campaign.owner.name,
        "proposed_by": sent.proposal.proposed_by.name,
        "approved_by": sent.approved_by.name,
        "report": report_values(sent),
        "areas": [
            {
                "code": area.code,
                "title": area.title,
                "points": area.totals.points,
                "max_points": area.totals.max_points,
                "lines": area.totals.lines,
                "documents": area.totals.documents,
            }
            for area in submission.areas_of(lines)
        ],
        "left_out": left_out_part(lines),
        "adjustments": adjustment_lines(submission.adjustments_of(sent.content)),
        "claims": [
            {
                "code": line["code"],
                "title": line["title"],
                "rule_points": Decimal(line["rule_points"]),
                "points": Decimal(line["points"]),
                "reason": line["claim_reason"],
            }
            for line in submission.claims_of(lines)
        ],
        "files": [
            {
                "name": proof["name"],
                "mark": proof["sha256"][:8],
                "card": card_of(proof),
                "codes": codes,
            }
            for proof, codes in submission.documents_of([*lines, *sent.content["adjustments"]])
        ],
    }


def report_values(sent: Submission) -> Mapping[str, Any] | None:
    """The signed report, where there is one."""
    report = sent.report
    if report is None:
        return None
    mark = report.file.sha256[:8]
    return {
        "number": report.number,
        "on": report.dated_on,
        "file": report.evidence.name,
        "mark": mark,
    }


def card_of(proof: Mapping[str, Any]) -> str:
    """The document's number, date and issuer in one row, as far as they are known."""
    dated = f"{date.fromisoformat(proof['dated_on']):%d/%m/%Y}" if proof["dated_on"] else ""
    return " · ".join(filter(None, (proof["number"], dated, proof["issuer"])))


PLAIN = (
    "code", "sent_at", "due_at", "digest", "points", "max_points", "lines", "documents",
)  # fmt: skip

conversation = Conversation(
    name="receipts",
    entry_points=[
        on_command("bienlai", start, "receipt"),
        on_choice("receipt", open_of_sheet),
        on_choice("receipt_file", send_file),
        on_choice("signed_report", send_report),
    ],
    states={At.CODE: [on_text(show)]},
)
