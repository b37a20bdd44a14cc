"""What each role owes or looks after, as the first screen shows it, and what it can do."""

from handlers.dialogue import Choice, Part, Turn
from handlers.sheets import WORKERS
from models import (
    allotments,
    appraisal,
    assessment,
    coordination,
    inbox,
    policy,
    stand_ins,
    submission,
    unsettled,
)
from models.appraisal import TaskStatus
from models.assessment import Assessment, Tally
from models.campaigns import Campaign
from models.coordination import Stage
from models.people import Role
from models.policy import Action

GENERAL = ("calendar", "notices_received", "settings", "help")
SHEET = ("status", "allot", "unit_report", "notices_received")

# What stands behind "Khác" or, for the roles with little to do, on the screen itself.
OTHERS = {
    Role.FOCAL_OFFICER: (*SHEET, "people", "settings", "help"),
    Role.DEPUTY: (*SHEET, "settings", "help"),
    Role.HEAD: (*SHEET, "people", "settings", "help"),
    Role.MEMBER: ("status", "notices_received", "settings", "help"),
    Role.STAND_IN: ("status", "settings", "help"),
    Role.REVIEWER: GENERAL,
    Role.COUNCIL_MEMBER: GENERAL,
    Role.COORDINATOR: (
        *("broadcast", "task_answers", "sign_off", "rehearsal"),
        *("invite_people", "people", "settings", "help"),
    ),
    Role.ADMIN: GENERAL,
    Role.OBSERVER: GENERAL,
}


def work_of(turn: Turn, campaign: Campaign) -> tuple[list[Part], list[Choice]]:
    """What the role owes or looks after, and what it can do."""
    match turn.by.role:
        case role if role in WORKERS:
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
    signs = not policy.why_not(turn.session, turn.by, Action.PROPOSE, sheet)
    closed = assessment.why_not_work(turn.session, turn.by.presently, sheet)
    asked, decisions = ([], []) if closed else signing(turn, sheet)
    offers: list[Choice] = []
    following = assessment.next_missing(turn.session, sheet.id, by=turn.by)
    if following is not None and closed is None:
        offers.append(Choice("continue", following.line_id, code=following.code))
    if following is not None:
        offers.append(Choice("missing"))
    offers.append(Choice("evidence" if closed is None else "documents"))
    decides = bool(decisions) and turn.by.role is Role.HEAD  # Need not propose it besides.
    if closed is None and signs and not decides:
        offers.insert(len(offers) if total.open else 0, Choice("submit"))
    books = [] if turn.by.role is Role.MEMBER else [Choice("workbook")]
    if stands := stand_ins.standing_of(turn.session, turn.by):
        asked = [Part("home_stand_in", reason=stands.reason)]
        books.append(Choice("end_stand_in"))
    others = [*books, Choice("calendar"), Choice("more")]
    return [*counts(total), *own_share(turn, sheet), *asked], [*decisions, *offers, *others]


def own_share(turn: Turn, sheet: Assessment) -> list[Part]:
    """What was given to the person, and how much of it is left to do."""
    own = allotments.share_of(turn.session, sheet, turn.by.person_id)
    if not own:
        return [Part("home_no_share")] if turn.by.role is Role.MEMBER else []
    return [Part("home_share", count=len(own), open=assessment.tally(own).open)]


def sent_work(turn: Turn, sheet: Assessment) -> tuple[list[Part], list[Choice]]:
    """The unit has handed in: its receipt, and what it looks like."""
    sent = submission.latest(turn.session, sheet.id)
    assert sent is not None  # Only a submission locks.
    values = {"at": sent.sent_at, "code": sent.code}
    totals = {"points": sent.points, "max_points": sent.max_points}
    main = [Choice("receipt", sheet.id), Choice("unit_report"), Choice("documents")]
    others = [Choice("calendar"), Choice("more")]
    return [Part("home_sent", **values, **totals)], [*main, *others]


def signing(turn: Turn, sheet: Assessment) -> tuple[list[Part], list[Choice]]:
    """What waits for the head, or came back from them; the head decides here, too (F39)."""
    if waits := submission.waiting(turn.session, sheet.id):
        part = Part("home_waits", at=waits.proposed_at, person=waits.proposed_by.name)
        if turn.by.role is Role.HEAD:
            return [part], submission.decisions(waits)
        barred = submission.why_not_withdraw(turn.session, turn.by, waits, None)
        return [part], [] if barred else [Choice("withdraw_proposal", waits.id)]
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
    main = [Choice(action) for action in ("progress", "assign_tasks", "calendar", "more")]
    said, offers = unsettled_work(turn)
    return [*parts, *said], [*offers, *main]


def admin_work(turn: Turn) -> tuple[list[Part], list[Choice]]:
    dead = len(inbox.dead(turn.session))
    part = Part("home_dead_letters", count=dead) if dead else Part("home_no_dead_letters")
    letters = [Choice("dead_letters")]
    staff = [Choice("invite_people"), Choice("people")]
    said, offers = unsettled_work(turn)
    main = [*letters, *staff] if dead else [*staff, *letters]
    return [part, *said], direct(turn, [*offers, *main])


def unsettled_work(turn: Turn) -> tuple[list[Part], list[Choice]]:
    """Messages without a known end, where there are some that this role may decide about."""
    count = len(unsettled.waiting(turn.session, turn.by))
    return ([Part("home_unsettled", count=count)], [Choice("unsettled")]) if count else ([], [])


def direct(turn: Turn, main: list[Choice]) -> list[Choice]:
    """All of it on one screen, where there is little."""
    return [*main, *others(turn)]


def others(turn: Turn) -> list[Choice]:
    assert turn.by.role is not None  # A turn without a role is a stranger's.
    barred = set() if shares_lines(turn) else {"allot"}
    return [Choice(action) for action in OTHERS[turn.by.role] if action not in barred]


def shares_lines(turn: Turn) -> bool:
    """Whether the person may say now who does which line."""
    sheet = assessment.sheet_of(turn.session, turn.by.unit_id)
    return sheet is not None and not allotments.why_not_share(turn.session, turn.by, sheet)


def sheet_in(turn: Turn, campaign: Campaign) -> Assessment | None:
    assert turn.by.unit_id is not None
    return assessment.of_unit(turn.session, campaign.id, turn.by.unit_id)
