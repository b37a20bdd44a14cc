"""/bieumau: the unit's sheet as a workbook, and what becomes of one that comes back (F25).

A workbook is known by what it holds, not by its name. What it would change is shown first and
waits in a row of its own; nothing is recorded without the press, and then all of it.
"""

from collections.abc import Sequence

from handlers import downloads
from handlers.dialogue import (
    Choice,
    Conversation,
    Part,
    Turn,
    on_choice,
    on_command,
    on_workbook,
)
from handlers.sheets import SIGNERS, is_id, own_sheet
from models import assessment, evidence, policy, workbook
from models.assessment import Assessment
from models.files import Received
from models.messages import decode
from models.people import Role
from models.policy import Action
from models.refusals import Refusal
from models.workbook import WorkbookReturn

LOOKED_AT = ("doubt", "stays", "claim")  # What a change says beside its points.
LISTED = 5  # Changes a message; each may be a long line.


def send(turn: Turn, _: str = "") -> None:
    """The workbook with what is recorded now."""
    sheet = own_sheet(turn)
    values = workbook.form(turn.session, sheet, turn.now)
    name = ("bieu-cchc", sheet.campaign.year, sheet.unit.code)
    closed = workbook.why_not_now(turn.session, turn.by, sheet)
    turn.end(
        "workbook_to_read" if closed else "workbook_to_fill",
        [Choice("menu")],
        enclosure=downloads.made(turn, "workbook", "xlsx", name, values),
        unit=sheet.unit.name,
        year=sheet.campaign.year,
    )


def take(turn: Turn, files: Sequence[Received], caption: str) -> None:
    """Compare one that came back; other files that came with it are kept as documents."""
    sheet = own_sheet(turn)
    ours = [file for file in files if file.workbook is not None]
    if len(ours) > 1:
        raise Refusal("workbook_one_at_a_time", [Choice("menu")], count=len(ours))
    found = ours[0].workbook
    assert found is not None
    kept = workbook.receive(turn.session, turn.by, sheet, ours[0], found)
    notes = [_kept_beside(turn, sheet, file, caption) for file in files if file is not ours[0]]
    show(turn, kept, notes=notes)


def turn_page(turn: Turn, value: str) -> None:
    id, _, page = value.partition(":")
    show(turn, find(turn, id), int(page) if page.isdecimal() else 0)


def show(turn: Turn, kept: WorkbookReturn, page: int = 0, notes: Sequence[Part] = ()) -> None:
    """What it would change, bad cells first, then what is to be looked at again, a few at a time;
    said aside: it may interrupt."""
    changes = [decode(change["says"]) for change in kept.changes]
    changes.sort(key=lambda says: not any(says.values.get(name) for name in LOOKED_AT))
    lines = [*(decode(part) for part in kept.refused), *changes]
    new = sum(not change["base"] for change in kept.changes)
    first = page * LISTED
    turn.say(
        "workbook_summary" if lines else "workbook_says_the_same",
        _ways_on(kept, page, len(lines)),
        unit=kept.assessment.unit.name,
        new=new,
        changed=len(kept.changes) - new,
        refused=len(kept.refused),
        unchanged=kept.unchanged,
        lines=lines[first : first + LISTED],
        more=Part("workbook_more", count=len(lines) - first - LISTED)
        if len(lines) > first + LISTED
        else "",
        notes=list(notes),
        next=Part("workbook_waits" if changes else "workbook_correct"),
    )


def apply(turn: Turn, value: str) -> None:
    kept = find(turn, value)
    changes = workbook.apply(turn.session, turn.by, kept)
    progress = assessment.progress(turn.session, kept.assessment_id)
    scores = sum(change.inputs is not None for change in changes)
    refused = len(kept.refused)
    turn.end(
        "workbook_applied",
        [*([Choice("missing")] if progress.total.open else []), Choice("status"), Choice("menu")],
        scores=scores,
        explanations=len(changes) - scores,
        points=progress.points,
        not_scored=progress.total.not_scored,
        not_proven=progress.total.not_proven,
        refused=Part("workbook_left_out", count=refused) if refused else "",
    )


def discard(turn: Turn, value: str) -> None:
    workbook.discard(turn.session, turn.by, find(turn, value))
    turn.say("workbook_set_aside", [Choice("workbook"), Choice("menu")])


def find(turn: Turn, value: str) -> WorkbookReturn:
    kept = turn.session.get(WorkbookReturn, int(value)) if is_id(value) else None
    if kept is None:
        raise Refusal("press_unknown", [Choice("menu")])
    policy.check(turn.session, turn.by, Action.SCORE, kept.assessment)
    return kept


def _ways_on(kept: WorkbookReturn, page: int, count: int) -> list[Choice]:
    offers = []
    if kept.changes:
        offers.append(Choice("workbook_apply", kept.id, count=len(kept.changes)))
    if count > (page + 1) * LISTED:
        offers.append(Choice("workbook_page", f"{kept.id}:{page + 1}"))
    if page:
        offers.append(Choice("workbook_page_before", f"{kept.id}:{page - 1}"))
    if kept.changes:
        offers.append(Choice("workbook_discard", kept.id))
    return [*offers, Choice("menu")]


def _kept_beside(turn: Turn, sheet: Assessment, file: Received, caption: str) -> Part:
    """Nothing that was handed in is lost: it waits for its line (N14)."""
    refusal = file.refusal or evidence.why_not_add(turn.session, turn.by, sheet, file.size)
    if refusal is not None:
        values = {"platform": turn.channel.capitalize(), **refusal.values}
        return Part(f"refusal.{refusal.name}", **values)
    evidence.add(turn.session, turn.by, sheet, file, caption)
    return Part("workbook_file_beside", file=file.name)


conversation = Conversation(
    name="workbook",
    roles=SIGNERS | {Role.STAND_IN},
    entry_points=[
        on_command("bieumau", send, "workbook"),
        on_choice("workbook", send),
        on_choice("workbook_apply", apply),
        on_choice("workbook_discard", discard),
        on_choice("workbook_page", turn_page),
        on_choice("workbook_page_before", turn_page),
        on_workbook(take),
    ],
)
