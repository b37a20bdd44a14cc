"""By whose post a unit's papers are signed (Decree 30/2020, article 13; domain.md 11).

Who stands at its head follows from what the unit is. Where somebody else signs for them, the
operator says so once, and every paper that is drafted from then on has it.
"""

import enum

from sqlalchemy.orm import Session

from models import audit, policy, settings
from models.messages import Part, word_of
from models.people.tables import By
from models.refusals import Refusal
from models.text import clean, fold
from models.units import Unit, UnitKind

SIGNS, LINES = 120, 3


class Post(enum.StrEnum):
    """A collective body signs by its chair, on its behalf."""

    CHAIR = "chair"
    DIRECTOR = "director"
    CHIEF_OF_OFFICE = "chief_of_office"
    CHIEF_INSPECTOR = "chief_inspector"
    BOARD_HEAD = "board_head"
    BUREAU_HEAD = "bureau_head"
    BRANCH_HEAD = "branch_head"
    DIVISION_HEAD = "division_head"
    HEAD = "head"


# How the names of units begin, folded; the first that fits counts.
_BEGINNINGS = {
    "ubnd": Post.CHAIR,
    "uy ban nhan dan": Post.CHAIR,
    "so ": Post.DIRECTOR,
    "cong an tinh": Post.DIRECTOR,
    "kho bac": Post.DIRECTOR,
    "bao hiem xa hoi": Post.DIRECTOR,
    "trung tam": Post.DIRECTOR,
    "van phong dang ky": Post.DIRECTOR,
    "van phong": Post.CHIEF_OF_OFFICE,
    "thanh tra": Post.CHIEF_INSPECTOR,
    "ban ": Post.BOARD_HEAD,
    "cuc ": Post.BUREAU_HEAD,
    "chi cuc ": Post.BRANCH_HEAD,
    "phong ": Post.DIVISION_HEAD,
}


def post_of(unit: Unit) -> Post:
    """The post at the unit's head, by its kind and name."""
    if unit.kind in (UnitKind.DISTRICT, UnitKind.COMMUNE):
        return Post.CHAIR
    name = fold(unit.name)
    found = (post for beginning, post in _BEGINNINGS.items() if name.startswith(beginning))
    return next(found, Post.HEAD)


def of(session: Session, unit: Unit, title: str = "") -> Part | str:
    """What stands above the signature, one line below the other; ``title`` is that of the head
    who signs, where this is known: a deputy signs for the head, a committee by its chair."""
    if chosen := settings.get(session, _key(unit)):
        return chosen
    post = post_of(unit)
    if not title.strip():
        return Part(word_of(post))
    signs = Part("signs.head", title=clean(title))
    if fold(title).startswith("pho "):
        signs = Part("signs.deputy", title=clean(title), head=clean(title)[len("pho ") :])
    return Part("signs.committee", by=signs) if post is Post.CHAIR else signs


def choose(session: Session, by: By, unit: Unit, text: str) -> None:
    """Who signs instead: "KT. GIÁM ĐỐC / PHÓ GIÁM ĐỐC", lines parted by strokes; "" for whom it
    is by the unit's kind. Raises Refusal."""
    policy.check(session, by, policy.Action.RUN_CAMPAIGN, unit)
    lines = [clean(line).upper() for line in text.split("/") if line.strip()]
    if len(lines) > LINES or any(len(line) > SIGNS for line in lines):
        raise Refusal("signatory_too_long", lines=LINES, signs=SIGNS)
    settings.put(session, _key(unit), "\n".join(lines))
    audit.append(session, "choose_signatory", by, unit=unit.id, lines=lines)


def _key(unit: Unit) -> str:
    return f"signatory:{unit.id}"
