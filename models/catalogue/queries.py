"""Looking things up in the criteria catalogues."""

from functools import lru_cache

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.catalogue import rules
from models.catalogue.tables import CatalogueVersion, Item
from models.refusals import Refusal

ADJUSTMENTS = "*"  # Under this name are the bonus and penalty points, each campaign's a number.


def latest(session: Session, name: str) -> CatalogueVersion | None:
    query = select(CatalogueVersion).where(CatalogueVersion.name == name)
    return session.scalar(query.order_by(CatalogueVersion.number.desc()).limit(1))


def named(session: Session, name: str) -> CatalogueVersion:
    """The newest version of a catalogue; raises Refusal ``catalogue_unknown``."""
    version = latest(session, name)
    if version is None or name == ADJUSTMENTS:
        names = select(CatalogueVersion.name).where(CatalogueVersion.name != ADJUSTMENTS)
        known = session.scalars(names.distinct().order_by("name"))
        raise Refusal("catalogue_unknown", name=name, known=list(known))
    return version


def rule_of(item: Item) -> rules.Rule:
    """The rule of a scored item; it was checked when the catalogue was imported."""
    if item.rule_kind is None:
        raise ValueError(f"{item.code} is not scored itself")
    return _parse(item.rule_kind, item.rule_detail, item.max_points)


_parse = lru_cache(maxsize=1024)(rules.parse)
