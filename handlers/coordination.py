"""A coordinator sees where the units stand, and whom nobody reaches (R5.1c, F34, N1).

The overview, the units at one stage, one unit with what it still misses, and the list of those
to be rung up because no message gets to them.
"""

from collections.abc import Sequence
from typing import Any

from handlers import pages
from handlers.dialogue import Choice, Conversation, Part, State, Turn, on_choice, on_command
from handlers.leading import led_campaign
from models import (
    appraisal,
    assessment,
    calendar,
    campaigns,
    chasing,
    coordination,
    policy,
    stand_ins,
    submission,
)
from models.appraisal import TaskStatus
from models.assessment import AreaProgress, Assessment
from models.campaigns import Campaign, EffectiveWindow, Step
from models.coordination import Contact, Stage, UnitStanding
from models.people import Role
from models.policy import Action
from models.units import some_names

ORDER = (Stage.NOT_STARTED, Stage.AT_WORK, Stage.COMPLETE, Stage.SENT)
NAMES = 10
ON_A_PAGE = 8  # Each unit with its people is several lines.


class At(State):
    OVERVIEW = "overview"
    UNITS = "units"
    UNIT = "unit"
    UNREACHABLE = "unreachable"


def show_overview(turn: Turn) -> State:
    campaign = led_campaign(turn, Action.VIEW_PROGRESS)
    found = coordination.standings(turn.session, campaign)
    window = campaigns.effective_window(
        turn.session, campaign, Step.SELF_ASSESSMENT, campaign.owner_id
    )
    of_stage = {stage: [s for s in found if s.stage is stage] for stage in ORDER}
    lists = [
        Choice("units_at", stage, stage=stage, n=len(of_stage[stage]))
        for stage in ORDER
        if of_stage[stage]
    ]
    late = coordination.late(turn.session, campaign, found, turn.now)
    idle = chasing.idle_units(turn.session, campaign, found, turn.now)
    return turn.ask(
        At.OVERVIEW,
        "units_overview",
        [
            *([Choice("late_units")] if late else []),
            *([Choice("nudge_idle", n=len(idle))] if idle else []),
            *(Choice("progress_picture"), Choice("unreachable_units"), Choice("progress_file")),
            *lists,
        ],
        always=[Choice("reach_board"), Choice("assign_tasks"), Choice("menu")],
        heading=heading(campaign, window, turn),
        sent=len(of_stage[Stage.SENT]),
        complete=len(of_stage[Stage.COMPLETE]),
        at_work=len(of_stage[Stage.AT_WORK]),
        not_started=len(of_stage[Stage.NOT_STARTED]),
        unreachable=sum(not standing.reachable for standing in found),
        names=names_part(of_stage[Stage.NOT_STARTED]),
        tasks=tasks_part(turn, campaign),
    )


def heading(campaign: Campaign, window: EffectiveWindow, turn: Turn) -> Part:
    """Which step this is and where it stands: before, within or behind its window."""
    if campaign.opened_at is None:
        return Part("heading_draft", year=campaign.year)
    if window.opens_at is not None and turn.now < window.opens_at:
        return Part("heading_not_open", opens_at=window.opens_at)
    if turn.now < window.closes_at:
        left = calendar.time_left(turn.now, window.closes_at)
        return Part("heading_open", now=turn.now, left=left)
    return Part("heading_closed", now=turn.now, closes_at=window.closes_at)


def names_part(standings: Sequence[UnitStanding]) -> Part | None:
    names = [standing.unit.short_name for standing in standings]
    return Part("units_idle", units=some_names(names, NAMES)) if names else None


def tasks_part(turn: Turn, campaign: Campaign) -> Part | None:
    """How far the assignment of round 1 is (F41, C2)."""
    board = appraisal.board(turn.session, campaign)
    tasks = [task for holding in board for task in holding.tasks]
    if not board:
        return None
    return Part(
        "tasks_overview",
        given=sum(bool(holding.tasks) for holding in board),
        areas=len(board),
        acknowledged=sum(task.status is TaskStatus.ACKNOWLEDGED for task in tasks),
        tasks=len(tasks),
    )


def list_units(turn: Turn, value: str) -> State:
    stage = Stage(value)
    turn.memory["stage"] = stage.value
    found = coordination.standings(turn.session, led_campaign(turn, Action.VIEW_PROGRESS))
    offers = [unit_choice(standing) for standing in found if standing.stage is stage]
    always = [Choice("progress"), Choice("menu")]
    values = {"stage": stage, "n": len(offers)}
    return turn.ask(At.UNITS, "units_of_stage", offers, always=always, **values)


def unit_choice(standing: UnitStanding) -> Choice:
    tally = standing.tally
    counts = Part("standing_counts", scored=tally.scored, lines=tally.lines)
    unit = standing.unit.short_name
    return Choice("unit_standing", standing.assessment_id, unit=unit, counts=counts)


def show_unit(turn: Turn, value: str) -> State:
    """One unit: its deadline, its counts, what is open by area, whom to ring."""
    sheet = sheet_of(turn, value)
    progress = assessment.progress(turn.session, sheet.id)
    where = (sheet.campaign, Step.SELF_ASSESSMENT, sheet.unit_id)
    window = campaigns.effective_window(turn.session, *where)
    total = progress.total
    stage = coordination.stage_of(total, sent=sheet.locked_at is not None)
    back = turn.memory.get("stage", stage.value)
    late = stage is not Stage.SENT and turn.now >= window.closes_at
    offers = [Choice("unit_missing", sheet.id)] if total.open else []
    if stage is Stage.SENT:
        offers += [Choice("receipt", sheet.id), Choice("reopen", sheet.id)]
    if not stand_ins.why_not_begin(turn.session, turn.by, sheet, None):
        offers.append(Choice("stand_in", sheet.id))
    return turn.ask(
        At.UNIT,
        "unit_progress",
        [
            *offers,
            *([Choice("late_unit_card", sheet.id)] if late else []),
            Choice("reach_proof", sheet.unit_id),
            Choice("back_to_units", back),
            Choice("progress"),
        ],
        unit=sheet.unit.name,
        due=window.closes_at,
        left=calendar.time_left(turn.now, window.closes_at),
        sent=sent_part(turn, sheet),
        scored=total.scored,
        lines=total.lines,
        backed=total.scored - total.not_proven,
        not_scored=total.not_scored,
        areas=[area_part(area) for area in progress.areas if area.tally.open],
        contacts=contact_parts(
            coordination.contacts(turn.session, [sheet.unit_id])[sheet.unit_id]
        ),
    )


def sent_part(turn: Turn, sheet: Assessment) -> Part | None:
    """When the unit sent its sheet, and whether it was reopened since (F37)."""
    newest = submission.latest(turn.session, sheet.id)
    if newest is None:
        return None
    values = {"at": newest.sent_at, "code": newest.code}
    if newest.reopening is not None:
        return Part("unit_reopened", **values, until=newest.reopening.until)
    return Part("unit_sent", **values)


def area_part(area: AreaProgress) -> Part:
    counts = {"scored": area.tally.scored, "lines": area.tally.lines}
    return Part("unit_area", code=area.code, title=area.title, open=area.tally.open, **counts)


def show_missing(turn: Turn, value: str) -> State:
    """The codes of what is missing; who answers for them finds the lines by them."""
    sheet = sheet_of(turn, value)
    lines = assessment.standings(turn.session, sheet.id)
    not_scored = [line.code for line in lines if line.awaits_score]
    not_backed = [line.code for line in lines if line.scored and not line.backed]
    return turn.ask(
        At.UNIT,
        "unit_missing_lines",
        [
            Choice("unit_standing_again", sheet.id, unit=sheet.unit.short_name),
            Choice("progress"),
        ],
        unit=sheet.unit.name,
        not_scored=codes_part("codes_not_scored", not_scored),
        not_backed=codes_part("codes_not_backed", not_backed),
    )


def codes_part(name: str, codes: Sequence[str]) -> Part | None:
    return Part(name, n=len(codes), codes=list(codes)) if codes else None


def list_unreachable(turn: Turn, value: str) -> State:
    """Units whose officers get no message: somebody has to ring them up, or invite (F3, N15)."""
    campaign = led_campaign(turn, Action.VIEW_PROGRESS)
    _, page = pages.subject_and_page(value)
    found = [s for s in coordination.standings(turn.session, campaign) if not s.reachable]
    always = [Choice("invite_people"), Choice("progress")]
    if not found:
        return turn.ask(At.UNREACHABLE, "all_reachable", [Choice("progress"), Choice("menu")])
    shown, turning = pages.cut(found, page, "more_unreachable", campaign.id, ON_A_PAGE)
    contacts = coordination.contacts(turn.session, [standing.unit.id for standing in shown])
    return turn.ask(
        At.UNREACHABLE,
        "units_unreachable",
        [*turning, *always],
        n=len(found),
        units=[unreachable_part(each.unit.name, contacts[each.unit.id]) for each in shown],
    )


def unreachable_part(unit: str, contacts: Sequence[Contact]) -> Part:
    if not contacts:
        return Part("unreachable_nobody", unit=unit, nobody=Part("nobody_invited"))
    return Part("unreachable_unit", unit=unit, contacts=contact_parts(contacts))


def contact_parts(contacts: Sequence[Contact]) -> list[Part]:
    return [contact_part(contact) for contact in contacts] or [Part("nobody_invited")]


def contact_part(contact: Contact) -> Part:
    values: dict[str, Any] = {"name": contact.name, "role": contact.role}
    values["phone"] = Part("phone", number=contact.phone) if contact.phone else Part("no_phone")
    if contact.joined:
        return Part("contact", **values)
    return Part("contact_invited" if contact.name else "contact_unnamed", **values)


def sheet_of(turn: Turn, value: str) -> Assessment:
    sheet = turn.session.get_one(Assessment, int(value))
    policy.check(turn.session, turn.by, Action.VIEW_SHEET, sheet)
    return sheet


conversation = Conversation(
    name="coordination",
    roles=frozenset({Role.COORDINATOR}),
    entry_points=[
        on_command("tiendo", show_overview, "progress"),
        on_choice("progress", lambda turn, _: show_overview(turn)),
        on_choice("unit_standing_again", show_unit),
        on_choice("unreachable_units", list_unreachable),
    ],
    states={
        At.OVERVIEW: [on_choice("units_at", list_units)],
        At.UNITS: [on_choice("unit_standing", show_unit)],
        At.UNIT: [
            on_choice("unit_missing", show_missing),
            on_choice("unit_standing_again", show_unit),
            on_choice("back_to_units", list_units),
        ],
        At.UNREACHABLE: [on_choice("more_unreachable", list_unreachable)],
    },
)
