"""A coordinator gives the areas of the appraising agencies to their reviewers (R5.1a, F41, F46).

Agency, area, reviewer, confirmation; or all areas of an agency that nobody has yet. The answers
of the reviewers are here too, since what was declined has to be given again.
"""

from collections.abc import Sequence

from handlers import pages
from handlers.council_lines import (
    agency_choices,
    answer_part,
    area_part,
    declined_part,
    left_out_part,
    open_part,
    scope_part,
)
from handlers.dialogue import Choice, Conversation, Part, State, Turn, on_choice, on_command
from models import appraisal, outbox, policy
from models.appraisal import AppraisalTask, Holding, TaskStatus
from models.campaigns.tables import Campaign
from models.people import Person, Role
from models.policy import Action
from models.refusals import Refusal
from models.units import Unit

ORDER = [TaskStatus.DECLINED, TaskStatus.ASSIGNED, TaskStatus.ACKNOWLEDGED]


class At(State):
    AGENCIES = "agencies"
    AGENCY = "agency"
    AREA = "area"
    REVIEWER = "reviewer"
    CONFIRM = "confirm"
    ANSWERS = "answers"


def list_agencies(turn: Turn) -> State:
    campaign = campaign_of(turn)
    turn.memory["campaign"] = campaign.id
    board = appraisal.board(turn.session, campaign)
    tasks = [task for holding in board for task in holding.tasks]
    return turn.ask(
        At.AGENCIES,
        "assignment_overview",
        agency_choices(board),
        always=[Choice("task_answers"), Choice("menu")],
        year=campaign.year,
        given=sum(bool(holding.tasks) for holding in board),
        areas=len(board),
        acknowledged=count(tasks, TaskStatus.ACKNOWLEDGED),
        waiting=count(tasks, TaskStatus.ASSIGNED),
        open=open_part(board),
    )


def show_agency(turn: Turn, value: str) -> State:
    turn.memory["agency"] = int(value)
    agency = agency_of(turn)
    board = appraisal.board(turn.session, campaign_of(turn), agency)
    offers = [
        Choice("pick_areas", h.area.code, area=h.area.code, title=h.area.title) for h in board
    ]
    codes = [holding.area.code for holding in board if not holding.tasks]
    if len(codes) > 1:
        offers.insert(0, Choice("pick_all_areas", ",".join(codes), count=len(codes)))
    return turn.ask(
        At.AGENCY,
        "agency_areas",
        offers,
        always=[Choice("assign_tasks")],
        agency=agency.name,
        areas=[area_part(holding) for holding in board],
    )


def pick_areas(turn: Turn, value: str) -> State:
    """Straight to the reviewers where nobody has the area, else to who has it."""
    turn.memory["areas"] = value.split(",")
    turn.memory.pop("replaced", None)
    board = appraisal.board(turn.session, campaign_of(turn), agency_of(turn))
    chosen = [holding for holding in board if holding.area.code in turn.memory["areas"]]
    if len(chosen) == 1 and chosen[0].tasks:
        return show_area(turn, chosen[0])
    return list_reviewers(turn)


def show_area(turn: Turn, holding: Holding) -> State:
    area, tasks = holding.area, holding.tasks
    offers = [Choice("replace_task", task.id, person=task.reviewer.name) for task in tasks]
    return turn.ask(
        At.AREA,
        "area_card",
        [*offers, Choice("add_reviewer")],
        always=[Choice("back_to_agency", area.agency.id)],
        agency=area.agency.name,
        area=area.code,
        title=area.title,
        units=area.units,
        lines=area.lines,
        tasks=[answer_part(task) for task in tasks],
    )


def replace_task(turn: Turn, value: str) -> State:
    """From an area, from the list of answers, or from the notice of a decline."""
    task = turn.session.get_one(AppraisalTask, int(value))
    require_leader(turn, task.campaign)
    if refusal := appraisal.why_not_end(task):
        raise refusal
    turn.memory.update(
        campaign=task.campaign_id,
        agency=task.agency_id,
        areas=[task.area_code],
        replaced=task.id,
    )
    return list_reviewers(turn)


def list_reviewers(turn: Turn) -> State:
    """Who may have the areas, the least laden first (F45)."""
    agency, areas = agency_of(turn), turn.memory["areas"]
    always = [Choice("invite_people"), Choice("back_to_agency", agency.id)]
    people = appraisal.reviewers_of(turn.session, agency)
    if not people:
        return turn.ask(At.REVIEWER, "no_reviewer_there", always, agency=agency.name)
    load = {person.id: len(appraisal.tasks_of(turn.session, person.id)) for person in people}
    people.sort(key=lambda person: load[person.id])
    offers = [Choice("pick_reviewer", p.id, person=p.name, tasks=load[p.id]) for p in people]
    values = {"agency": agency.name, "areas": areas, "count": len(areas)}
    return turn.ask(At.REVIEWER, "pick_reviewer", offers, always=always, **values)


def confirm(turn: Turn, value: str) -> State:
    """What exactly would be given, until when, and what not, before it is."""
    turn.memory["reviewer"] = int(value)
    campaign, agency, person = campaign_of(turn), agency_of(turn), reviewer_of(turn)
    areas = turn.memory["areas"]
    for code in areas:
        if no := appraisal.why_not_assign(turn.session, campaign, agency, code, person):
            raise no
    where = (turn.session, campaign, agency)
    scopes = [appraisal.scope_for(*where, code, person) for code in areas]
    declines = [appraisal.last_decline(*where, code, person) for code in areas]
    return turn.ask(
        At.CONFIRM,
        "confirm_assignment",
        [Choice("give_task"), Choice("other_reviewer"), Choice("assign_tasks")],
        agency=agency.name,
        person=person.name,
        areas=[
            scope_part(code, appraisal.area_title(turn.session, campaign, code), scope)
            for code, scope in zip(areas, scopes, strict=True)
        ],
        left_out=left_out_part(scopes),
        declined=declined_part(declines),
        **appraisal.round_times(turn.session, campaign, agency, turn.now),
    )


def give(turn: Turn, _: str) -> None:
    agency, person, areas = agency_of(turn), reviewer_of(turn), turn.memory["areas"]
    if replaced := turn.memory.get("replaced"):
        task = turn.session.get_one(AppraisalTask, replaced)
        appraisal.reassign(turn.session, turn.by, task, person)
    else:
        campaign = campaign_of(turn)
        appraisal.assign_areas(turn.session, turn.by, campaign, agency, areas, person)
    reachable = bool(outbox.address_of(turn.session, person).channel)
    told = Part("assignee_told") if reachable else Part("assignee_not_told", phone=person.phone)
    turn.end(
        "assignment_made",
        [Choice("assign_tasks"), Choice("menu")],
        agency=agency.name,
        person=person.name,
        areas=areas,
        told=told,
    )


def list_answers(turn: Turn, value: str) -> State:
    """Every area given, with its answer: declined first, then unanswered, then taken on."""
    campaign = campaign_of(turn)
    _, page = pages.subject_and_page(value)
    tasks = appraisal.newest_tasks(turn.session, campaign)
    tasks.sort(key=lambda task: ORDER.index(task.status))
    shown, turning = pages.cut(tasks, page, "more_answers", campaign.id)
    offers = [
        Choice("replace_task", task.id, person=task.reviewer.name)
        for task in shown
        if task.status is TaskStatus.DECLINED
    ]
    always = [*turning, Choice("assign_tasks")]
    if not tasks:
        return turn.ask(At.ANSWERS, "no_task_answers", always)
    return turn.ask(
        At.ANSWERS,
        "task_answers",
        offers,
        always=always,
        acknowledged=count(tasks, TaskStatus.ACKNOWLEDGED),
        waiting=count(tasks, TaskStatus.ASSIGNED),
        declined=count(tasks, TaskStatus.DECLINED),
        answers=[answer_part(task, with_area=True) for task in shown],
    )


def campaign_of(turn: Turn) -> Campaign:
    """The campaign in hand, else the newest one that the coordinator's unit leads."""
    number = turn.memory.get("campaign")
    if number is not None:
        campaign = turn.session.get_one(Campaign, number)
    else:
        found = appraisal.campaign_led_by(turn.session, turn.by.unit_id)
        if found is None:
            raise Refusal("leads_no_campaign", [Choice("menu")])
        campaign = found
    require_leader(turn, campaign)
    return campaign


def require_leader(turn: Turn, campaign: Campaign) -> None:
    policy.check(turn.session, turn.by, Action.ASSIGN_TASKS, campaign)


def agency_of(turn: Turn) -> Unit:
    return turn.session.get_one(Unit, turn.memory["agency"])


def reviewer_of(turn: Turn) -> Person:
    return turn.session.get_one(Person, turn.memory["reviewer"])


def count(tasks: Sequence[AppraisalTask], status: TaskStatus) -> int:
    return sum(task.status is status for task in tasks)


conversation = Conversation(
    name="councils",
    roles=frozenset({Role.COORDINATOR}),
    entry_points=[
        on_command("phancong", list_agencies, "assign"),
        on_choice("assign_tasks", lambda turn, _: list_agencies(turn)),
        on_choice("task_answers", list_answers),
        on_choice("replace_task", replace_task),
    ],
    states={
        At.AGENCIES: [on_choice("pick_agency", show_agency)],
        At.AGENCY: [on_choice("pick_areas", pick_areas), on_choice("pick_all_areas", pick_areas)],
        At.AREA: [on_choice("add_reviewer", lambda turn, _: list_reviewers(turn))],
        At.REVIEWER: [on_choice("pick_reviewer", confirm)],
        At.CONFIRM: [
            on_choice("give_task", give),
            on_choice("other_reviewer", lambda turn, _: list_reviewers(turn)),
        ],
        At.ANSWERS: [on_choice("more_answers", list_answers)],
    },
    fallbacks=[on_choice("back_to_agency", show_agency)],
)
