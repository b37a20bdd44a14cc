"""Which lines a document is probably about, by the words of its name and caption (N14)."""

import re
from collections import Counter
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from models import assessment
from models.evidence import captions
from models.text import words

if TYPE_CHECKING:
    from models.assessment import Standing

LIKELY = 3


def likely_lines(
    session: Session, assessment_id: int, text: str, limit: int = LIKELY
) -> "list[Standing]":
    """The ``limit`` lines that ``text`` most probably means.

    A code in it comes first. Else each word that a title shares with it counts, the more the
    rarer it is among the titles; of lines that fit alike, one that still needs evidence comes
    before one that has it. Without any hint these are the first lines that need evidence.
    """
    lines = [line for line in assessment.standings(session, assessment_id) if not line.timed]
    text = re.sub(r"[_]+", " ", text)
    codes = captions.parse(text).codes
    given = set(_with_full_names(words(text)))
    titles = {line.line_id: set(words(line.title)) for line in lines}
    frequency = Counter(word for title in titles.values() for word in title)

    def weight(line: "Standing") -> float:
        if line.code in codes:
            return len(titles)
        return sum(1 / frequency[word] for word in titles[line.line_id] & given)

    # The sort is stable: the catalogue's order decides what is left.
    return sorted(lines, key=lambda line: (-round(weight(line), 6), line.backed))[:limit]


def _with_full_names(given: list[str]) -> list[str]:
    """ "kh" and "bc" mean their words too."""
    return given + [word for short in given for word in captions.KINDS.get(short, "").split()]
