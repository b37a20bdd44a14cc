"""Messages to be sent, written in the transaction of the fact they report (I4, I5).

Each has a business key that makes it unique. It is claimed before it is sent and ends as sent,
unknown, unreachable, malformed or superseded; never silently.
"""

from models.outbox.queueing import NO_ACCOUNT, PREFERRED, address_of, enqueue, enqueue_all
from models.outbox.tables import OutboxMessage, Place, Priority, Recipient, SendStatus
from models.outbox.waiting import (
    LEFT_ROLE,
    WITHDRAWN,
    blank,
    blank_old,
    by_ref,
    gone_stale,
    last_starred,
    mark_opened,
    say_anew,
    take_back,
    withdraw,
)

__all__ = [
    "LEFT_ROLE",
    "NO_ACCOUNT",
    "PREFERRED",
    "WITHDRAWN",
    "OutboxMessage",
    "Place",
    "Priority",
    "Recipient",
    "SendStatus",
    "address_of",
    "blank",
    "blank_old",
    "by_ref",
    "enqueue",
    "enqueue_all",
    "gone_stale",
    "last_starred",
    "mark_opened",
    "say_anew",
    "take_back",
    "withdraw",
]
