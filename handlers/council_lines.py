"""The lines of which a coordinator's screens about appraisal tasks are made."""

from collections.abc import Sequence

from handlers.dialogue import Choice, Part
from models import appraisal
from models.appraisal import AppraisalTask, Holding, Scope, TaskStatus


def agency_choices(board: Sequence[Holding]) -> list[Choice]:
    """One for each agency, those with an area that nobody has first."""
    agencies = {holding.area.agency.id: holding.area.agency for holding in board}
    rows = []
    for agency in agencies.values():
        given = [bool(h.tasks) for h in board if h.area.agency.id == agency.id]
        values = {"unit": agency.short_name, "given": sum(given), "areas": len(given)}
        rows.append((all(given), Choice("pick_agency", agency.id, **values)))
    return [choice for _, choice in sorted(rows, key=lambda row: row[0])]


def area_part(holding: Holding) -> Part:
    """An area of an agency: how much it is, and who has it."""
    area = holding.area
    values = {"area": area.code, "title": area.title, "lines": area.lines}
    if not holding.tasks:
        return Part("area_open", **values)
    return Part("area_given", **values, people=[task.reviewer.name for task in holding.tasks])


def open_part(board: Sequence[Holding]) -> Part | None:
    """The areas that nobody has, as "Sở Tư pháp 2"."""
    open_areas = [holding.area for holding in board if not holding.tasks]
    names = [f"{area.agency.short_name} {area.code}" for area in open_areas]
    return Part("areas_without_reviewer", areas=names) if names else None


def scope_part(code: str, title: str, scope: Scope) -> Part:
    return Part("task_line", area=code, title=title, units=scope.units, lines=scope.lines)


def left_out_part(scopes: Sequence[Scope]) -> Part | None:
    """Nobody appraises the own unit: said rather than left blank (N2)."""
    own = {unit.id: unit.name for scope in scopes for unit in scope.left_out}
    return Part("assignment_left_out", units=list(own.values())) if own else None


def declined_part(declines: Sequence[AppraisalTask | None]) -> Part | None:
    """Who said no may be asked again; the coordinator should know that they did (C19)."""
    task = next((task for task in declines if task is not None), None)
    if task is None:
        return None
    return Part(
        "declined_before",
        area=task.area_code,
        at=task.answered_at,
        why=appraisal.why_declined(task),
    )


def answer_part(task: AppraisalTask, *, with_area: bool = False) -> Part:
    """Who has the area and what they answered."""
    area = Part("answer_area", agency=task.agency.short_name, area=task.area_code)
    values = {"person": task.reviewer.name, "of": area if with_area else None}
    if task.status is TaskStatus.DECLINED:
        return Part(
            "answer_declined", **values, at=task.answered_at, why=appraisal.why_declined(task)
        )
    if task.status is TaskStatus.ACKNOWLEDGED:
        return Part("answer_acknowledged", **values, at=task.answered_at)
    return Part("answer_waiting", **values, at=task.assigned_at)
