"""A coordinator sees whom the messages reach and whom not, and prints what was told (F3, N15)."""

import hashlib
import json
from collections import Counter
from typing import Any

from handlers import downloads, pages
from handlers.dialogue import (
    Choice,
    Conversation,
    Part,
    State,
    Turn,
    on_choice,
    on_command,
)
from handlers.leading import led_campaign
from models import audit, campaigns, coordination, reach
from models.people import Role
from models.policy import Action
from models.reach import Notice, PersonReach, Reached
from models.refusals import Refusal
from models.units import Unit

ON_A_PAGE = 10
MOST_NOTICES = 5000  # In the workbook; older ones are in each unit's own document.
# Who needs somebody's hand first; those who have opened their newest message need none.
ORDER = (
    Reached.UNREACHABLE,
    Reached.NO_ACCOUNT,
    Reached.FAILED,
    Reached.UNKNOWN,
    Reached.DELIVERED,
    Reached.QUEUED,
)
ON_ITS_WAY = (Reached.DELIVERED, Reached.QUEUED)


class At(State):
    BOARD = "board"
    PEOPLE = "people"
    UNITS = "units"


def show_board(turn: Turn, _: str = "") -> State:
    campaign = led_campaign(turn, Action.VIEW_REACH)
    found = reach.people(turn.session, campaign)
    counts = Counter(person.state for person in found)
    unreachable = [s for s in coordination.standings(turn.session, campaign) if not s.reachable]
    groups = [
        Choice("reach_people", state, state=state, count=counts[state])
        for state in ORDER
        if counts[state]
    ]
    units = [Choice("unreachable_units")] if unreachable else []
    files = [Choice("reach_file"), Choice("reach_units")] if found else []
    return turn.ask(
        At.BOARD,
        "reach_board",
        [*groups, *units, *files, Choice("progress"), Choice("menu")],
        now=turn.now,
        people=len(found),
        seen=sum(counts[state] for state in reach.SEEN),
        states=[
            Part(f"reach_count.{count_of(state)}", state=state, count=counts[state])
            for state in ORDER
            if counts[state]
        ],
        idle=Part("reach_idle", count=counts[None]) if counts[None] else None,
        units=Part("reach_units_cut_off", count=len(unreachable)) if unreachable else None,
    )


def count_of(state: Reached) -> str:
    """Whether it goes on by itself, or somebody is to do something about it."""
    return "on_its_way" if state in ON_ITS_WAY else "stuck"


def list_people(turn: Turn, value: str) -> State:
    """Everybody at one state, with since when and the phone."""
    campaign = led_campaign(turn, Action.VIEW_REACH)
    subject, page = pages.subject_and_page(value)
    state = Reached(subject)
    found = [person for person in reach.people(turn.session, campaign) if person.state is state]
    shown, turning = pages.cut(found, page, "reach_people_page", subject, ON_A_PAGE)
    return turn.ask(
        At.PEOPLE,
        "reach_people",
        [*turning, Choice("reach_board"), Choice("menu")],
        state=state,
        count=len(found),
        people=[person_part(person) for person in shown],
    )


def person_part(person: PersonReach) -> Part:
    phone = Part("phone", number=person.phone) if person.phone else Part("no_phone")
    since = Part("reach_since", at=person.since) if person.since else ""
    about = {"name": person.name, "role": person.role, "unit": person.unit}
    return Part("reach_person", **about, phone=phone, since=since)


def list_units(turn: Turn, _: str) -> State:
    """Whose proof of notice is wanted."""
    campaign = led_campaign(turn, Action.VIEW_REACH)
    ids = campaigns.units_in(turn.session, campaign)
    units = [turn.session.get_one(Unit, unit_id) for unit_id in ids]
    offers = [Choice("reach_unit", unit.id, unit=unit.short_name) for unit in units]
    always = [Choice("reach_board"), Choice("menu")]
    return turn.ask(At.UNITS, "ask_reach_unit", offers, always=always)


def send_file(turn: Turn, _: str) -> None:
    campaign = led_campaign(turn, Action.VIEW_REACH)
    values = {
        "people": [person_row(person) for person in reach.people(turn.session, campaign)],
        "notices": [
            notice_row(notice) for notice in reach.notices(turn.session, campaign, MOST_NOTICES)
        ],
    }
    audit.append(turn.session, "export_reach", turn.by, campaign=campaign.id)
    file = downloads.made(turn, "reach", "xlsx", ("nguoi-nhan", campaign.year), values)
    turn.say("reach_as_file", [Choice("reach_board"), Choice("menu")], enclosure=file)


def send_proof(turn: Turn, value: str) -> None:
    """What was sent to whom in this unit, when, and with what outcome, for the file (N15)."""
    campaign = led_campaign(turn, Action.VIEW_REACH)
    unit = turn.session.get(Unit, int(value)) if value.isdecimal() else None
    if unit is None or not campaigns.takes_part(turn.session, campaign, unit.id):
        raise Refusal("press_unknown", [Choice("menu")])
    rows = reach.notices_of_unit(turn.session, campaign, unit)
    digest = digest_of(rows)
    entry, entry_hash = audit.head(turn.session)
    about = {"unit": unit.id, "notices": len(rows), "digest": digest}
    audit.append(turn.session, "prove_notice", turn.by, campaign=campaign.id, **about)
    values = {
        "owner": campaign.owner.name,
        "unit": unit.name,
        "year": campaign.year,
        "made_at": turn.now,
        "count": len(rows),
        "entry": entry,
        "entry_hash": entry_hash,
        "digest": digest,
        "notices": [notice_row(notice) for notice in rows],
    }
    file = downloads.made(turn, "notice_proof", "docx", ("da-thong-bao", unit.code), values)
    ways = [Choice("reach_board"), Choice("menu")]
    turn.say("proof_as_file", ways, enclosure=file, unit=unit.name, count=len(rows))


def person_row(person: PersonReach) -> dict[str, Any]:
    return {
        "unit": person.unit,
        "person": person.name,
        "role": person.role,
        "phone": person.phone,
        "state": person.state,
        "since": person.since,
        "last_seen": person.last_seen,
    }


def notice_row(notice: Notice) -> dict[str, Any]:
    """One message as the reports want it; what it said is put into words there."""
    return {
        "unit": notice.unit,
        "person": notice.person,
        "role": notice.role,
        "said": Part(notice.name, **notice.values),
        "queued_at": notice.queued_at,
        "sent_at": notice.sent_at,
        "opened_at": notice.opened_at,
        "acknowledged_at": notice.acknowledged_at,
        "state": notice.state,
    }


def digest_of(rows: list[Notice]) -> str:
    """The SHA-256 of what the table says, for whoever compares it later."""
    content = [
        [row.id, row.key, row.person_id, row.state.value, str(row.sent_at), str(row.opened_at),
         str(row.acknowledged_at)]
        for row in rows
    ]  # fmt: skip
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()


conversation = Conversation(
    name="reach",
    roles=frozenset({Role.COORDINATOR}),
    entry_points=[
        on_command("nguoinhan", show_board, "reach"),
        on_choice("reach_board", show_board),
        on_choice("reach_proof", send_proof),
    ],
    states={
        At.BOARD: [
            on_choice("reach_people", list_people),
            on_choice("reach_file", send_file),
            on_choice("reach_units", list_units),
        ],
        At.PEOPLE: [on_choice("reach_people_page", list_people)],
        At.UNITS: [on_choice("reach_unit", send_proof)],
    },
)
