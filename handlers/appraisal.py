"""A reviewer sees the areas to appraise, takes them on or declines them (F41–F43).

What a task covers and who may answer it, models.appraisal says. Every button carries the task,
so that the card works the same in the list, in the notice and three weeks later.
"""

from handlers import pages
from handlers.dialogue import Choice, Conversation, State, Turn, on_choice, on_command, on_text
from models import appraisal, policy
from models.appraisal import AppraisalTask, DeclineReason, TaskStatus
from models.messages import Part
from models.policy import Action
from models.refusals import Refusal


class At(State):
    TASKS = "tasks"
    CARD = "card"
    REASON = "reason"
    NOTE = "note"


def list_tasks(turn: Turn) -> State | None:
    person = turn.by.person
    tasks = appraisal.tasks_of(turn.session, person.id, turn.by.unit_id) if person else []
    if not tasks:
        turn.end("no_tasks", [Choice("menu")])
        return None
    if len(tasks) == 1:
        return show_task(turn, tasks[0])
    offers = [
        Choice("pick_task", task.id, mark=mark(task), area=task.area_code, title=title(turn, task))
        for task in tasks
    ]
    open_ones = [task for task in tasks if task.status is TaskStatus.ASSIGNED]
    return turn.ask(
        At.TASKS,
        "task_list",
        offers,
        always=[*take_all(open_ones), Choice("menu")],
        count=len(tasks),
        unanswered=len(open_ones),
        **appraisal.round_times(turn.session, tasks[0].campaign, tasks[0].agency, turn.now),
    )


def take_all(tasks: list[AppraisalTask]) -> list[Choice]:
    ids = ",".join(str(task.id) for task in tasks)
    return [Choice("acknowledge_tasks", ids, count=len(tasks))] if len(tasks) > 1 else []


def open_task(turn: Turn, value: str) -> State | None:
    return show_task(turn, own_task(turn, value))


def show_task(turn: Turn, task: AppraisalTask) -> State:
    values = appraisal.card(turn.session, task, turn.now)
    offers = [*appraisal.card_choices(task), Choice("menu")]
    return turn.ask(At.CARD, "task_card", offers, **values)


def acknowledge(turn: Turn, value: str) -> State | None:
    task = own_task(turn, value)
    known_before = task.status is TaskStatus.ACKNOWLEDGED
    appraisal.acknowledge(turn.session, task, turn.by)
    if known_before:
        return show_task(turn, task)
    say_acknowledged(turn, task)
    return None


def acknowledge_all(turn: Turn, value: str) -> None:
    tasks = [own_task(turn, number) for number in value.split(",")]
    appraisal.acknowledge_all(turn.session, tasks, turn.by)
    say_acknowledged(turn, tasks[0])


def say_acknowledged(turn: Turn, task: AppraisalTask) -> None:
    offers = [Choice("task_units", task.id), Choice("tasks"), Choice("menu")]
    owner = task.campaign.owner.name
    turn.end("task_accepted", offers, when=task.answered_at, owner=owner)


def ask_reason(turn: Turn, value: str) -> State:
    task = own_task(turn, value)
    turn.memory["task"] = task.id
    offers = [Choice("decline_reason", reason, reason=reason) for reason in DeclineReason]
    return turn.ask(
        At.REASON,
        "ask_decline_reason",
        [*offers, Choice("task", task.id)],
        area=task.area_code,
        title=title(turn, task),
    )


def choose_reason(turn: Turn, value: str) -> State:
    turn.memory["reason"] = DeclineReason(value).value
    back = Choice("decline_task", turn.memory["task"])
    if value == DeclineReason.OTHER:
        return turn.ask(At.NOTE, "ask_decline_note", [back])
    return turn.ask(At.NOTE, "ask_conflict_note", [Choice("no_decline_note"), back])


def decline_in_words(turn: Turn, note: str) -> None:
    """Who writes the reason where it is asked for need not choose that there is one."""
    turn.memory["reason"] = DeclineReason.OTHER.value
    decline(turn, note)


def decline(turn: Turn, note: str) -> None:
    task = own_task(turn, str(turn.memory["task"]))
    reason = DeclineReason(turn.memory["reason"])
    appraisal.decline(turn.session, task, reason, note, turn.by)
    owner = task.campaign.owner.name
    offers = [Choice("tasks"), Choice("menu")]
    turn.end("task_refused", offers, area=task.area_code, when=turn.at, owner=owner)


def decline_without_note(turn: Turn, _: str) -> None:
    decline(turn, "")


def list_units(turn: Turn, value: str) -> State:
    """A page of the units of a task, each with its number of lines."""
    number, page = pages.subject_and_page(value)
    task = own_task(turn, number)
    scope = appraisal.scope(turn.session, task)
    shown, turning = pages.cut(scope.shares, page, "more_task_units", task.id)
    return turn.ask(
        At.CARD,
        "task_unit_list",
        [*turning, Choice("task", task.id)],
        area=task.area_code,
        title=title(turn, task),
        units=scope.units,
        lines=scope.lines,
        shares=[Part("task_unit", unit=s.unit.short_name, lines=s.lines) for s in shown],
        left_out=appraisal.left_out(scope.left_out),
    )


def own_task(turn: Turn, value: str) -> AppraisalTask:
    """The task a button names, if this person may see it."""
    task = turn.session.get(AppraisalTask, int(value))
    if task is None:
        raise Refusal("not_your_task", [Choice("tasks")])
    policy.check(turn.session, turn.by, Action.ANSWER_TASK, task)
    return task


def title(turn: Turn, task: AppraisalTask) -> str:
    return appraisal.area_title(turn.session, task.campaign, task.area_code)


def mark(task: AppraisalTask) -> str:
    return "✓" if task.status is TaskStatus.ACKNOWLEDGED else "●"


conversation = Conversation(
    name="appraisal",
    roles=appraisal.REVIEWERS,
    entry_points=[
        on_command("nhiemvu", list_tasks, "tasks"),
        on_choice("tasks", lambda turn, _: list_tasks(turn)),
        on_choice("task", open_task),
        on_choice("acknowledge_task", acknowledge),
        on_choice("acknowledge_tasks", acknowledge_all),
        on_choice("decline_task", ask_reason),
        on_choice("task_units", list_units),
    ],
    states={
        At.TASKS: [on_choice("pick_task", open_task)],
        At.CARD: [on_choice("more_task_units", list_units)],
        At.REASON: [
            on_choice("decline_reason", choose_reason),
            on_text(decline_in_words),
        ],
        At.NOTE: [
            on_text(decline),
            on_choice("no_decline_note", decline_without_note),
        ],
    },
)
