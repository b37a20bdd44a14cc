"""The first screen of each role, and what the bot can do for it (/menu, /trogiup).

The home screen says where the campaign stands and what is owed, and offers the likeliest act
first; everything else is one screen away.
"""

from typing import Any

from handlers.dialogue import Choice, Conversation, Part, Turn, on_choice, on_command
from models import (
    appraisal,
    assessment,
    calendar,
    campaigns,
    coordination,
    inbox,
    people,
    submission,
)
from models.appraisal import TaskStatus
from models.assessment import Assessment, Tally
from models.campaigns import Campaign, EffectiveWindow, Phase
from models.coordination import Stage
from models.people import Role

WORKERS = frozenset({Role.FOCAL_OFFICER, Role.DEPUTY, Role.HEAD})
GENERAL = ("calendar", "notices_received", "settings", "help")

# What stands behind "Khác" or, for the roles with little to do, on the screen itself.
OTHERS = {
    Role.FOCAL_OFFICER: ("status", "notices_received", "people", "settings", "help"),
    Role.DEPUTY: ("status", "notices_received", "settings", "help"),
    Role.HEAD: ("status", "notices_received", "people", "settings", "help"),
    Role.REVIEWER: GENERAL,
    Role.COUNCIL_MEMBER: GENERAL,
    Role.COORDINATOR: (
        *("broadcast", "task_answers", "rehearsal"),
        *("invite_people", "people", "settings", "help"),
    ),
    Role.ADMIN: GENERAL,
    Role.OBSERVER: GENERAL,
}


def show(turn: Turn, _: str = "") -> None:
    campaign = campaign_of(turn)
    if campaign is None:
        turn.end("home_without_campaign", direct(turn, []), **who(turn))
        return
    body, offers = work_of(turn, campaign)
    turn.end(
        "home",
        offers,
        **who(turn),
        year=campaign.year,
        **stage(turn, campaign),
        body=body,
        switch=switch(turn),
    )


def campaign_of(turn: Turn) -> Campaign | None:
    """Those who work on a sheet see its campaign, the others the newest that concerns them."""
    if turn.by.unit_id is None:
        return None
    if turn.by.role in WORKERS:
        sheet = assessment.sheet_of(turn.session, turn.by.unit_id)
        return sheet.campaign if sheet else None
    return campaigns.current_campaign(turn.session, turn.by.unit_id)


def work_of(turn: Turn, campaign: Campaign) -> tuple[list[Part], list[Choice]]:
    """What the role owes or looks after, and what it can do."""
    match turn.by.role:
        case Role.FOCAL_OFFICER | Role.DEPUTY | Role.HEAD:
            return sheet_work(turn, campaign)
        case Role.REVIEWER | Role.COUNCIL_MEMBER:
            return review_work(turn)
        case Role.COORDINATOR:
            return coordination_work(turn, campaign)
        case Role.ADMIN:
            return admin_work(turn)
        case Role.OBSERVER if sheet_in(turn, campaign):
            return [], direct(turn, [Choice("status")])
    return [], direct(turn, [])


def sheet_work(turn: Turn, campaign: Campaign) -> tuple[list[Part], list[Choice]]:
    sheet = sheet_in(turn, campaign)
    if sheet is None:
        return [], direct(turn, [])
    if sheet.locked_at is not None:
        return sent_work(turn, sheet)
    total = assessment.progress(turn.session, sheet.id).total
    closed = assessment.why_not_work(turn.session, turn.by, sheet)
    asked, decisions = ([], []) if closed else signing(turn, sheet)
    offers: list[Choice] = []
    following = assessment.next_missing(turn.session, sheet.id)
    if following is not None and closed is None:
        offers.append(Choice("continue", following.line_id, code=following.code))
    if following is not None:
        offers.append(Choice("missing"))
    offers.append(Choice("evidence" if closed is None else "documents"))
    if closed is None:
        offers.insert(len(offers) if total.open else 0, Choice("submit"))
    others = [Choice("workbook"), Choice("calendar"), Choice("more")]
    return [*counts(total), *asked], [*decisions, *offers, *others]


def sent_work(turn: Turn, sheet: Assessment) -> tuple[list[Part], list[Choice]]:
    """The unit has handed in: its receipt, and what it looks like."""
    sent = submission.latest(turn.session, sheet.id)
    assert sent is not None  # Only a submission locks.
    values = {"at": sent.sent_at, "code": sent.code}
    totals = {"points": sent.points, "max_points": sent.max_points}
    main = (Choice("receipt", sheet.id), Choice("documents"), Choice("calendar"), Choice("more"))
    return [Part("home_sent", **values, **totals)], list(main)


def signing(turn: Turn, sheet: Assessment) -> tuple[list[Part], list[Choice]]:
    """What waits for the head, or came back from them; the head decides here, too (F39)."""
    if waits := submission.waiting(turn.session, sheet.id):
        part = Part("home_waits", at=waits.proposed_at, person=waits.proposed_by.name)
        return [part], submission.decisions(waits) if turn.by.role is Role.HEAD else []
    if back := submission.returned(turn.session, sheet.id):
        return [Part("home_returned", at=back.settled_at, reason=back.reason)], []
    return [], []


def counts(total: Tally) -> list[Part]:
    begun = "home_counts" if total.scored else "home_counts_none"
    part = Part(
        begun if total.open else "home_complete",
        lines=total.lines,
        scored=total.scored,
        proven=total.proven,
        not_scored=total.not_scored,
        timed=Part("home_timed") if total.timed else "",
    )
    return [part, Part("home_ahead", count=total.ahead)] if total.ahead else [part]


def review_work(turn: Turn) -> tuple[list[Part], list[Choice]]:
    assert turn.by.person is not None
    tasks = appraisal.tasks_of(turn.session, turn.by.person.id, turn.by.unit_id)
    waiting = sum(task.status is TaskStatus.ASSIGNED for task in tasks)
    if not tasks:
        return [Part("home_no_tasks")], direct(turn, [])
    name = "home_tasks_waiting" if waiting else "home_tasks"
    return [Part(name, count=len(tasks), waiting=waiting)], direct(turn, [Choice("tasks")])


def coordination_work(turn: Turn, campaign: Campaign) -> tuple[list[Part], list[Choice]]:
    if campaign.owner_id != turn.by.unit_id:
        return [], direct(turn, [])
    found = coordination.standings(turn.session, campaign)
    of_stage = {stage: sum(s.stage is stage for s in found) for stage in Stage}
    parts = [
        Part(
            "home_units",
            sent=of_stage[Stage.SENT],
            complete=of_stage[Stage.COMPLETE],
            at_work=of_stage[Stage.AT_WORK],
            not_started=of_stage[Stage.NOT_STARTED],
        )
    ]
    if unreachable := sum(not standing.reachable for standing in found):
        parts.append(Part("home_unreachable", count=unreachable))
    main = ("progress", "assign_tasks", "calendar", "more")
    return parts, [Choice(action) for action in main]


def admin_work(turn: Turn) -> tuple[list[Part], list[Choice]]:
    dead = len(inbox.dead(turn.session))
    part = Part("home_dead_letters", count=dead) if dead else Part("home_no_dead_letters")
    letters = [Choice("dead_letters")]
    staff = [Choice("invite_people"), Choice("people")]
    return [part], direct(turn, [*letters, *staff] if dead else [*staff, *letters])


def show_more(turn: Turn, _: str) -> None:
    turn.end("home_more", [*others(turn), Choice("menu")], **who(turn))


def show_help(turn: Turn, _: str = "") -> None:
    """A few lines on what the role can do here, without leaving what one is at."""
    assert turn.by.role is not None
    turn.say(
        "help",
        [Choice("menu"), *[choice for choice in others(turn) if choice.action != "help"]],
        role=turn.by.role,
        unit=turn.by.unit.name if turn.by.unit else "",
        duties=Part(f"help.{turn.by.role}"),
    )


def direct(turn: Turn, main: list[Choice]) -> list[Choice]:
    """All of it on one screen, where there is little."""
    return [*main, *others(turn)]


def others(turn: Turn) -> list[Choice]:
    assert turn.by.role is not None  # A turn without a role is a stranger's.
    return [Choice(action) for action in OTHERS[turn.by.role]]


def who(turn: Turn) -> dict[str, Any]:
    unit = turn.by.unit
    role = Part("home_role", role=turn.by.role) if turn.by.role not in WORKERS else ""
    return {"unit": unit.name if unit else "", "role": role}


def switch(turn: Turn) -> Part | None:
    """A person with several roles is told which one this is, and where to change it."""
    assert turn.by.person is not None
    held = people.active_bindings(turn.session, turn.by.person.id)
    if len(held) < 2:
        return None
    return Part("home_other_roles", role=turn.by.role, count=len(held) - 1)


def sheet_in(turn: Turn, campaign: Campaign) -> Assessment | None:
    assert turn.by.unit_id is not None
    return assessment.of_unit(turn.session, campaign.id, turn.by.unit_id)


def stage(turn: Turn, campaign: Campaign) -> dict[str, Any]:
    """Where the campaign stands for this unit: the step, and until when."""
    if campaign.opened_at is None:
        return {"stage": Part("home_draft"), "times": Part("home_draft_times")}
    windows = campaigns.calendar_of(turn.session, campaign, turn.by.unit_id)
    window = standing_window(windows, turn)
    if window is None:
        return {"stage": Part("home_over"), "times": None}
    if window.phase(turn.now) is Phase.AHEAD:
        times = Part("home_opens", opens_at=window.opens_at)
        return {"stage": Part("home_step_ahead", step=window.step), "times": times}
    left = calendar.time_left(turn.now, window.closes_at)
    times = Part("home_closes", closes_at=window.closes_at, left=left)
    return {"stage": Part("home_step_open", step=window.step), "times": times}


def standing_window(windows: list[EffectiveWindow], turn: Turn) -> EffectiveWindow | None:
    """The first that is open, an extension included; else the next one to open."""
    timed = [window for window in windows if window.opens_at is not None]
    for phase in (Phase.OPEN, Phase.AHEAD):
        for window in timed:
            if window.phase(turn.now) is phase:
                return window
    return None


conversation = Conversation(
    name="home",
    entry_points=[
        on_command("menu", show, "home"),
        on_command("trogiup", show_help, "help"),
        on_choice("menu", show),
        on_choice("more", show_more),
        on_choice("help", show_help),
    ],
)
