"""How far a message got, as it is told to a coordinator (F3, N15). No database here."""

import enum
from datetime import datetime

from models.outbox import LEFT_ROLE, NO_ACCOUNT, WITHDRAWN, SendStatus


class Reached(enum.StrEnum):
    """``delivered``: its platform has it. ``opened``: one of its buttons was pressed."""

    QUEUED = "queued"
    DELIVERED = "delivered"
    OPENED = "opened"
    ACKNOWLEDGED = "acknowledged"
    UNKNOWN = "unknown"
    UNREACHABLE = "unreachable"
    NO_ACCOUNT = "no_account"
    FAILED = "failed"
    LEFT_ROLE = "left_role"
    WITHDRAWN = "withdrawn"
    NOT_SENT = "not_sent"


SEEN = frozenset({Reached.OPENED, Reached.ACKNOWLEDGED})
ARRIVED = SEEN | {Reached.DELIVERED}
# It cannot change by itself any more, and nobody has it.
LOST = frozenset({Reached.UNREACHABLE, Reached.NO_ACCOUNT, Reached.FAILED})

_OF_STATUS = {
    SendStatus.QUEUED: Reached.QUEUED,
    SendStatus.SENDING: Reached.QUEUED,
    SendStatus.SENT: Reached.DELIVERED,
    SendStatus.UNKNOWN: Reached.UNKNOWN,
    SendStatus.UNREACHABLE: Reached.UNREACHABLE,
    SendStatus.MALFORMED: Reached.FAILED,
    SendStatus.SUPERSEDED: Reached.NOT_SENT,
}
_BY_REASON = {
    NO_ACCOUNT: Reached.NO_ACCOUNT,
    LEFT_ROLE: Reached.LEFT_ROLE,
    WITHDRAWN: Reached.WITHDRAWN,
}


def reached(
    status: SendStatus,
    error: str,
    opened_at: datetime | None,
    acknowledged_at: datetime | None = None,
) -> Reached:
    """Whoever answered a message has it, whatever its platform said when it was sent."""
    if acknowledged_at is not None:
        return Reached.ACKNOWLEDGED
    if opened_at is not None:
        return Reached.OPENED
    if status in (SendStatus.UNREACHABLE, SendStatus.SUPERSEDED):
        return _BY_REASON.get(error, _OF_STATUS[status])
    return _OF_STATUS[status]
