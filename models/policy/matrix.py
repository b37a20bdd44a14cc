"""The table of roles, actions and relations. What it does not allow is refused (I8)."""

import enum
from collections.abc import Mapping

from models.people.tables import Role


class Action(enum.StrEnum):
    """In brackets, what the action is done to."""

    FILE_EVIDENCE = "file_evidence"  # Line, Assessment, Evidence: hand it in, set it aside
    EXPLAIN = "explain"  # Line, Assessment
    SCORE = "score"  # Line
    VIEW_SHEET = "view_sheet"  # Assessment, Line
    DOWNLOAD_EVIDENCE = "download_evidence"  # Line
    GIVE_LINES = "give_lines"  # Assessment: say which colleague does which line
    PROPOSE = "propose"  # Assessment: check it before sending, lay it before the head
    SEND_SIGNED = "send_signed"  # Assessment: send it off with the report that the head signed
    APPROVE = "approve"  # Assessment: send it off, or return it
    VIEW_RECEIPT = "view_receipt"  # Assessment
    REOPEN = "reopen"  # Assessment
    STAND_IN = "stand_in"  # Assessment: enter on the unit's behalf
    ASSIGN_TASKS = "assign_tasks"  # Campaign
    ANSWER_TASK = "answer_task"  # AppraisalTask: acknowledge it, decline it
    VIEW_PROGRESS = "view_progress"  # Campaign
    BROADCAST = "broadcast"  # Campaign
    ANSWER_BROADCAST = "answer_broadcast"  # BroadcastRecipient: acknowledge it, read it again
    VIEW_REACH = "view_reach"  # Campaign: who was told what, and how far it got
    CHASE = "chase"  # Assessment, Campaign: urge who is late, one rung higher or by letter
    RUN_CAMPAIGN = "run_campaign"  # Campaign, or the Unit that is to own it
    INVITE = "invite"  # Grant
    REVOKE = "revoke"  # Grant
    HAND_OVER = "hand_over"  # Grant
    VIEW_PEOPLE = "view_people"  # Unit
    MANAGE_DEAD_LETTERS = "manage_dead_letters"  # nothing
    MANAGE_SENDING = "manage_sending"  # nothing: hold, release
    SETTLE_MESSAGES = "settle_messages"  # the Unit that a notice was for; nothing else has one
    IMPORT = "import"  # nothing


class Relation(enum.Enum):
    """How the actor stands to the thing."""

    ANY = "any"
    OWN = "own"  # It belongs to the unit for which the actor acts.
    LED = "led"  # That unit owns the campaign it belongs to, or leads the unit.
    GIVEN = "given"  # The line, or one of the sheet's, was given to the actor; they handed it in.
    ASSIGNED = "assigned"  # A task gives this line to the actor, whose own unit it is not; any
    # task for the unit that leads the campaign gives the points beside the 100.
    SELF = "self"  # The task is the actor's, the message was sent to them.


OPERATOR = None  # The command line and the jobs: they have neither a person nor an event.

Row = Mapping[Role | None, frozenset[Relation]]

_OWN = frozenset({Relation.OWN})
_LED = frozenset({Relation.LED})
_ANY = frozenset({Relation.ANY})
_ASSIGNED = frozenset({Relation.ASSIGNED})
_SELF = frozenset({Relation.SELF})

_GIVEN = frozenset({Relation.GIVEN})

_SIGNS: Row = {Role.FOCAL_OFFICER: _OWN, Role.DEPUTY: _OWN, Role.HEAD: _OWN}
# A colleague writes only on the lines given to them, and sees the sheet that these belong to.
_WORKS: Row = {**_SIGNS, Role.MEMBER: _GIVEN, Role.STAND_IN: _OWN}
_SEES: Row = {
    **_SIGNS,
    Role.MEMBER: _OWN,
    Role.STAND_IN: _OWN,
    Role.COORDINATOR: _LED,
    Role.OBSERVER: _OWN | _LED,
    OPERATOR: _ANY,
}
_LEADS: Row = {Role.COORDINATOR: _LED, OPERATOR: _ANY}
_WRITES: Row = {Role.COORDINATOR: _LED}  # Whoever is written to shall know by whom.
_STAFFS: Row = {
    Role.ADMIN: _OWN | _LED,
    Role.COORDINATOR: _OWN | _LED,
    OPERATOR: _ANY,
}
# Whoever belongs to the unit, and who leads the campaign or its system (N18).
_RECEIPTS: Row = {
    **dict.fromkeys(Role, _OWN),
    Role.COORDINATOR: _OWN | _LED,
    Role.ADMIN: _OWN | _LED,
    OPERATOR: _ANY,
}
_OWN_STAFF: Row = {Role.HEAD: _OWN, Role.FOCAL_OFFICER: _OWN}

TABLE: Mapping[Action, Row] = {
    Action.FILE_EVIDENCE: _WORKS,
    Action.EXPLAIN: _WORKS,
    Action.SCORE: _WORKS,
    Action.VIEW_SHEET: _SEES,
    Action.DOWNLOAD_EVIDENCE: {**_SEES, Role.REVIEWER: _ASSIGNED, Role.COUNCIL_MEMBER: _ASSIGNED},
    Action.GIVE_LINES: _SIGNS,
    Action.PROPOSE: _SIGNS,
    Action.SEND_SIGNED: {Role.FOCAL_OFFICER: _OWN, Role.DEPUTY: _OWN},
    Action.APPROVE: {Role.HEAD: _OWN},
    Action.VIEW_RECEIPT: _RECEIPTS,
    Action.REOPEN: _LEADS,
    Action.STAND_IN: {Role.COORDINATOR: _LED},
    Action.ASSIGN_TASKS: _LEADS,
    Action.ANSWER_TASK: {Role.REVIEWER: _SELF, Role.COUNCIL_MEMBER: _SELF},
    Action.VIEW_PROGRESS: {**_LEADS, Role.OBSERVER: _LED},
    Action.BROADCAST: _WRITES,
    Action.ANSWER_BROADCAST: dict.fromkeys(Role, _SELF),
    Action.VIEW_REACH: _WRITES,
    Action.CHASE: _WRITES,
    Action.RUN_CAMPAIGN: _LEADS,
    Action.INVITE: {**_STAFFS, **_OWN_STAFF},
    Action.REVOKE: {**_STAFFS, **_OWN_STAFF},
    Action.HAND_OVER: {**_STAFFS, Role.HEAD: _OWN},
    Action.VIEW_PEOPLE: {**_STAFFS, **_OWN_STAFF},
    Action.MANAGE_DEAD_LETTERS: {Role.ADMIN: _ANY, OPERATOR: _ANY},
    Action.MANAGE_SENDING: {Role.ADMIN: _ANY, OPERATOR: _ANY},
    Action.SETTLE_MESSAGES: {Role.ADMIN: _ANY, Role.COORDINATOR: _LED, OPERATOR: _ANY},
    Action.IMPORT: {OPERATOR: _ANY},
}

_ALL = frozenset(Role) - {Role.STAND_IN}
# Nobody hands out more than they are trusted with: the roles that may be given and taken.
GRANTS: Mapping[Role | None, Mapping[Relation, frozenset[Role]]] = {
    OPERATOR: {Relation.ANY: _ALL},
    Role.ADMIN: {Relation.OWN: _ALL, Relation.LED: _ALL - {Role.ADMIN}},
    Role.COORDINATOR: {
        Relation.OWN: _ALL - {Role.ADMIN},
        Relation.LED: _ALL - {Role.ADMIN, Role.COORDINATOR},
    },
    Role.HEAD: {Relation.OWN: frozenset({Role.DEPUTY, Role.MEMBER})},
    Role.FOCAL_OFFICER: {Relation.OWN: frozenset({Role.DEPUTY, Role.MEMBER})},
}
# A head also says who follows the unit's focal officer (N24).
HANDED_OVER: Mapping[Role | None, frozenset[Role]] = {Role.HEAD: frozenset({Role.FOCAL_OFFICER})}
# Nobody gives the role of a stand-in: it comes from the coordinator's own, and can be taken.
TAKEN: Mapping[Role | None, frozenset[Role]] = dict.fromkeys(
    (OPERATOR, Role.ADMIN, Role.COORDINATOR), frozenset({Role.STAND_IN})
)
