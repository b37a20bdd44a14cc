"""Files that the bot makes: what they are called, and in whose language they are written."""

from collections.abc import Mapping
from typing import Any

from handlers.dialogue import Enclosure, Turn


def made(
    turn: Turn, report: str, ending: str, name: tuple[object, ...], values: Mapping[str, Any]
) -> Enclosure:
    """A file of ``bot.reports[report]``, in the reader's language.

    ``name`` are its words and marks: ``("bien-nhan", "STP-26-7KQ4")`` with the ending ``docx`` is
    ``bien-nhan-stp-26-7kq4.docx``; without marks, for every platform and every disk.
    """
    stem = "-".join(str(part) for part in name if str(part)).lower()
    language = turn.by.person.language.value if turn.by.person else "vi"
    return Enclosure(f"{stem}.{ending}", report=report, values={**values, "language": language})
