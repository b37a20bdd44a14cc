"""Bonus and penalty points, which stand outside the tree, each with its cap (domain.md 2, 7).

The unit claims the ones and declares the others on a line of its own, so that everything that
holds of lines holds of them: a score by a rule whose maximum is the cap, documents and
explanations, the window, the lock. No such line is part of the work that a unit owes, and none of
their points is in its total. A campaign without caps has no such lines.
"""

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import insert, literal, select
from sqlalchemy.orm import Session

from models.assessment import queries
from models.assessment.tables import Assessment, Line
from models.campaigns.tables import Campaign
from models.catalogue.queries import ADJUSTMENTS
from models.catalogue.tables import CatalogueVersion, Item, Level, Method, RuleKind
from models.refusals import Refusal
from models.text import fold


class AdjustmentKind(enum.StrEnum):
    BONUS = "bonus"
    PENALTY = "penalty"


@dataclass(frozen=True)
class Adjustment:
    """``points`` are not below 0, for a penalty too; None where the unit has entered nothing."""

    kind: AdjustmentKind
    line_id: int
    code: str
    title: str
    cap: Decimal
    points: Decimal | None


# As on a catalogue's rows: code and title are data, in the language of the catalogue. The name
# stands where other lines have their number, as nobody would know what a short one means.
_TITLES = {
    AdjustmentKind.BONUS: "Đơn vị đề nghị, ngoài thang điểm",
    AdjustmentKind.PENALTY: "Đơn vị khai báo, ngoài thang điểm",
}
# The short ones may be typed; campaigns opened earlier have them as codes.
_CODES = {
    AdjustmentKind.BONUS: ("Điểm thưởng", "THUONG"),
    AdjustmentKind.PENALTY: ("Điểm trừ", "TRU"),
}
_KINDS = {code: kind for kind, codes in _CODES.items() for code in codes}
_TYPED = {fold(code): kind for code, kind in _KINDS.items()}
_GUIDANCE = "Theo quy định của đợt đánh giá, tính riêng ngoài thang điểm"


def kind_of(code: str) -> AdjustmentKind:
    return _KINDS[code]


def find_typed(session: Session, assessment_id: int, text: str) -> Line | None:
    """The line whose code was typed; bonus and penalty points by their names with or without
    marks, or by the short ones."""
    kind = _TYPED.get(fold(text).rstrip("."))
    codes = (text.strip().rstrip("."),) if kind is None else _CODES[kind]
    found = (queries.find_line(session, assessment_id, code) for code in codes)
    return next((line for line in found if line is not None), None)


def is_adjustment(line: Line) -> bool:
    return line.item.method is Method.ADJUSTMENT


def why_not_caps(caps: Mapping[AdjustmentKind, Decimal]) -> Refusal | None:
    for kind, cap in caps.items():
        if cap <= 0 or cap != round(cap, 2):
            return Refusal("cap_unfit", kind=kind, cap=str(cap))
    return None


def open_adjustments(
    session: Session,
    campaign: Campaign,
    caps: Mapping[AdjustmentKind, Decimal],
    at: datetime,
    *,
    proven: bool,
) -> None:
    """A line for each cap on every sheet; ``proven``: points on it need a document or an
    explanation. Called once, behind ``open_sheets``."""
    if not caps:
        return
    if refusal := why_not_caps(caps):
        raise refusal
    version = CatalogueVersion(
        name=ADJUSTMENTS, number=campaign.id, source_name="", source_sha256="", imported_at=at
    )
    version.items = [
        _item(place, kind, caps[kind], proven)
        for place, kind in enumerate(AdjustmentKind)
        if kind in caps
    ]
    session.add(version)
    session.flush()
    for item in version.items:
        sheets = select(Assessment.id, literal(item.id), literal(False), literal(False))
        sheets = sheets.where(Assessment.campaign_id == campaign.id).order_by(Assessment.id)
        columns = [Line.assessment_id, Line.item_id, Line.exempt, Line.timed]
        session.execute(insert(Line).from_select(columns, sheets))


def adjustments(session: Session, assessment_id: int) -> list[Adjustment]:
    """Those of a sheet, bonus first; none where the campaign has no caps."""
    query = select(Line).join(Line.item).where(Line.assessment_id == assessment_id)
    lines = session.scalars(
        query.where(Item.method == Method.ADJUSTMENT).order_by(Item.position)
    ).all()
    found = []
    for line in lines:
        score = queries.score_of(session, line.id)
        item, points = line.item, score.points if score else None
        about = (kind_of(item.code), line.id, item.code, item.title)
        found.append(Adjustment(*about, item.max_points, points))
    return found


def _item(place: int, kind: AdjustmentKind, cap: Decimal, proven: bool) -> Item:
    title = _TITLES[kind]
    return Item(
        code=_CODES[kind][0],
        level=Level.CRITERION,
        title=title,
        search_text=fold(title),
        max_points=cap,
        scored=True,
        method=Method.ADJUSTMENT,
        rule_kind=RuleKind.MANUAL,
        rule_detail=f"range=0..{cap:f}; guidance={_GUIDANCE}",
        evidence_required=proven,
        position=place,
    )
