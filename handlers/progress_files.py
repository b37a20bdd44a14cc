"""The board of progress as a picture and as a workbook (conversations 9, N1, N21).

The picture has counts alone and names nobody, so that it may be shown to a group also before the
end (N17); the workbook is for the coordinator, with names, days and telephone numbers.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from handlers import downloads
from handlers.dialogue import Choice, Conversation, Part, Turn, on_choice
from handlers.leading import led_campaign
from models import audit, calendar, coordination
from models.assessment import Tally
from models.coordination import Board, BoardRow, Contact, Stage
from models.people import Role
from models.policy import Action
from models.units import UnitKind

STAGES = (Stage.SENT, Stage.COMPLETE, Stage.AT_WORK, Stage.NOT_STARTED)


def send_picture(turn: Turn, _: str) -> None:
    campaign = led_campaign(turn, Action.VIEW_PROGRESS)
    board = coordination.board(turn.session, campaign)
    of_kind = by_kind(board)
    groups = [group_of(kind, rows) for kind, rows in of_kind.items()]
    values = {
        "year": campaign.year,
        "owner": campaign.owner.name,
        "made_at": turn.now,
        "groups": groups,
        "areas": areas_of(board, list(of_kind.values())),
    }
    name = ("tien-do-cchc", campaign.year, campaign.owner.code)
    turn.say(
        "progress_as_picture",
        [Choice("progress"), Choice("menu")],
        enclosure=downloads.made(turn, "progress_picture", "png", name, values),
        year=campaign.year,
        now=turn.now,
        groups=[group_line(group) for group in groups],
    )


def by_kind(board: Board) -> dict[UnitKind, list[BoardRow]]:
    """The units of each kind, in the order of the board."""
    found: dict[UnitKind, list[BoardRow]] = {}
    for row in board.rows:
        found.setdefault(row.standing.unit.kind, []).append(row)
    return found


def group_of(kind: UnitKind, rows: Sequence[BoardRow]) -> dict[str, Any]:
    """How many units of a kind are at which stage."""
    counts = Counter(row.standing.stage for row in rows)
    return {"kind": kind, "units": len(rows), "stages": [counts[s] for s in STAGES]}


def areas_of(board: Board, groups: Sequence[Sequence[BoardRow]]) -> list[dict[str, Any]]:
    """Each area with the lines scored and all, of each group."""
    return [
        {"code": code, "title": title, "counts": [scored_of(rows, code) for rows in groups]}
        for code, title in board.areas
    ]


def scored_of(rows: Sequence[BoardRow], code: str) -> list[int]:
    tallies = [row.areas.get(code, Tally()) for row in rows]
    return [sum(tally.scored for tally in tallies), sum(tally.lines for tally in tallies)]


def group_line(group: Mapping[str, Any]) -> Part:
    counts = dict(zip((stage.value for stage in STAGES), group["stages"], strict=True))
    return Part("progress_group", kind=group["kind"], units=group["units"], **counts)


def send_file(turn: Turn, _: str) -> None:
    campaign = led_campaign(turn, Action.VIEW_PROGRESS)
    board = coordination.board(turn.session, campaign)
    ids = [row.standing.unit.id for row in board.rows]
    contacts = coordination.contacts(turn.session, ids)
    values = {
        "areas": [list(area) for area in board.areas],
        "units": [unit_row(turn, row, contacts[row.standing.unit.id]) for row in board.rows],
    }
    audit.append(turn.session, "export_progress", turn.by, campaign=campaign.id)
    name = ("tien-do-cchc", campaign.year, campaign.owner.code)
    turn.say(
        "progress_as_file",
        [Choice("progress"), Choice("menu")],
        enclosure=downloads.made(turn, "progress", "xlsx", name, values),
        year=campaign.year,
        now=turn.now,
    )


def unit_row(turn: Turn, row: BoardRow, contacts: Sequence[Contact]) -> dict[str, Any]:
    """One unit as ``bot.reports.progress`` wants it."""
    standing, tally = row.standing, row.standing.tally
    unsent = standing.stage is not Stage.SENT
    late = calendar.days_late(turn.now, row.closes_at) if unsent else 0
    first = contacts[0] if contacts else None
    return {
        "unit": standing.unit.name,
        "kind": standing.unit.kind,
        "stage": standing.stage,
        "scored": tally.scored,
        "lines": tally.lines,
        "not_scored": tally.not_scored,
        "not_proven": tally.not_proven,
        "due": calendar.last_day(row.closes_at),
        "late": late or None,
        "sent_at": standing.sent_at,
        "reachable": standing.reachable,
        "contact": first.name if first else "",
        "phone": first.phone if first else "",
        "open": {code: area.open for code, area in row.areas.items()},
    }


conversation = Conversation(
    name="progress_files",
    roles=frozenset({Role.COORDINATOR}),
    entry_points=[
        on_choice("progress_picture", send_picture),
        on_choice("progress_file", send_file),
    ],
)
