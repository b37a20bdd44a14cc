"""/baocao: the unit's report on its self-assessment as a document, and its part on difficulties.

A draft until the head has sent the sheet off; from then on what was sent.
"""

from handlers import downloads
from handlers.dialogue import (
    Choice,
    Conversation,
    Part,
    State,
    Turn,
    on_choice,
    on_command,
    on_text,
)
from handlers.sheets import own_sheet
from models import unit_report
from models.people import Role
from models.unit_report import REMARK_SIGNS


class At(State):
    REMARK = "remark"


def show(turn: Turn, _: str = "") -> None:
    sheet = own_sheet(turn)
    draft = unit_report.is_draft(sheet)
    written = unit_report.remark_of(turn.session, sheet, turn.now)
    offers = [Choice("unit_report_file")]
    if unit_report.why_not_remark(turn.session, turn.by, sheet, "?") is None:
        offers.append(Choice("report_remark"))
    back = Choice("submit") if draft and len(offers) > 1 else Choice("status")
    turn.end(
        "unit_report",
        [*offers, back, Choice("menu")],
        unit=sheet.unit.name,
        year=sheet.campaign.year,
        standing=Part("report_is_draft" if draft else "report_is_final"),
        remark=Part("report_remark_is", text=written.text, at=written.written_at)
        if written
        else Part("report_remark_none"),
    )


def send_file(turn: Turn, _: str = "") -> None:
    sheet = own_sheet(turn)
    if refusal := unit_report.why_not_see(turn.session, turn.by, sheet):
        raise refusal
    values = unit_report.report(turn.session, sheet, turn.now)
    draft = "du-thao" if unit_report.is_draft(sheet) else ""
    name = ("bao-cao-tu-danh-gia", sheet.campaign.year, sheet.unit.code, draft)
    turn.say(
        "report_as_file.draft" if draft else "report_as_file.final",
        [Choice("menu")],
        enclosure=downloads.made(turn, "unit_report", "docx", name, values),
        unit=sheet.unit.name,
    )


def ask_remark(turn: Turn, _: str) -> State:
    sheet = own_sheet(turn)
    if refusal := unit_report.why_not_remark(turn.session, turn.by, sheet, "?"):
        raise refusal
    offers = [Choice("unit_report"), Choice("menu")]
    return turn.ask(At.REMARK, "ask_report_remark", offers, limit=REMARK_SIGNS)


def enter_remark(turn: Turn, text: str) -> None:
    unit_report.remark(turn.session, turn.by, own_sheet(turn), text)
    show(turn)


conversation = Conversation(
    name="unit_report",
    roles=frozenset({Role.FOCAL_OFFICER, Role.DEPUTY, Role.HEAD}),
    entry_points=[
        on_command("baocao", show, "report"),
        on_choice("unit_report", show),
        on_choice("unit_report_file", send_file),
        on_choice("report_remark", ask_remark),
    ],
    states={At.REMARK: [on_text(enter_remark)]},
)
