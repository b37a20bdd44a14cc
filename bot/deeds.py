"""What a person did, as a conversation gets it; and as JSON, for a question asked in between."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.channel import Edited, Press, Typed
from models import files
from models.files import Received


@dataclass(frozen=True)
class Handed:
    """Files that are stored (or refused) by the time their turn comes."""

    files: tuple[Received, ...]
    caption: str = ""


Deed = Typed | Press | Handed | Edited


@dataclass(frozen=True)
class Event:
    """What the worker hands over. ``at`` is when it was made, as far as that is known (I6);
    ``now`` when it has its turn: after an outage, hours later."""

    id: int
    channel: str
    address: str
    deed: Deed
    at: datetime
    now: datetime


def is_loose_text(deed: Deed) -> bool:
    return isinstance(deed, Typed) and not deed.text.lstrip().startswith("/")


def as_json(deed: Deed) -> dict[str, Any]:
    match deed:
        case Typed(text):
            return {"typed": text}
        case Press(token):
            return {"press": token}
        case Handed(handed, caption):
            return {"files": [files.as_json(file) for file in handed], "caption": caption}
        case Edited(of):
            return {"edited": of}


def from_json(stored: dict[str, Any]) -> Deed:
    match stored:
        case {"typed": text}:
            return Typed(text)
        case {"press": token}:
            return Press(token)
        case {"files": handed, "caption": caption}:
            return Handed(tuple(files.from_json(file) for file in handed), caption)
    return Edited(stored["edited"])
