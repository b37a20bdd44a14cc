"""What the readers of a broadcast get: the message, and what asks for its acknowledgement."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from models import outbox
from models.broadcasts.tables import Broadcast
from models.messages import Choice, Enclosure, Part
from models.outbox import Recipient

NAME = "broadcast_notice"


def values(broadcast: Broadcast) -> dict[str, Any]:
    """The values of ``broadcast_notice``; the preview has the same."""
    file = broadcast.file
    enclosed = Part("broadcast_enclosed", file=broadcast.file_name, size=file.size) if file else ""
    return {
        "owner": broadcast.campaign.owner.name,
        "year": broadcast.campaign.year,
        "text": broadcast.text,
        "file": enclosed,
        "wish": Part("broadcast_wish") if broadcast.wants_acknowledgement else "",
    }


def choices(broadcast: Broadcast) -> list[Choice]:
    """Also where the file came along: a platform that carries none gives a link for it (I10)."""
    offers = [Choice("menu")]
    if broadcast.file is not None:
        offers.insert(0, Choice("broadcast_file", broadcast.id))
    if broadcast.wants_acknowledgement:
        offers.insert(0, Choice("acknowledge_broadcast", broadcast.id))
    return offers


def enclosure(broadcast: Broadcast) -> Enclosure | None:
    file = broadcast.file
    return Enclosure(broadcast.file_name, sha256=file.sha256) if file else None


def send(
    session: Session, broadcast: Broadcast, to: Mapping[str, Recipient], at: datetime
) -> None:
    outbox.enqueue_all(
        session,
        NAME,
        values(broadcast),
        to=to,
        at=at,
        choices=choices(broadcast),
        enclosure=enclosure(broadcast),
    )


def chase(
    session: Session, broadcast: Broadcast, to: Mapping[str, Recipient], at: datetime
) -> None:
    about = {name: values(broadcast)[name] for name in ("owner", "year", "text")}
    about["sent_at"] = broadcast.confirmed_at
    offers = choices(broadcast)
    outbox.enqueue_all(session, "broadcast_chase", about, to=to, at=at, choices=offers)
