"""What is told: in words for people, in fields for machines."""

import socket
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

State = Literal["stopped", "over", "trial"]


@dataclass(frozen=True)
class Alarm:
    """``part`` has stopped ``since`` then, or goes on ``since`` then."""

    state: State
    part: str
    since: datetime
    subject: str
    text: str

    def fields(self) -> dict[str, str]:
        """``text`` is what chat programs show of a message that is posted to them."""
        return {
            "state": self.state,
            "part": self.part,
            "since": self.since.isoformat(),
            "host": socket.gethostname(),
            "subject": self.subject,
            "text": self.text,
        }
