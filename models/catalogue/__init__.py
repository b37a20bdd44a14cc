"""Criteria catalogues: their import, their scoring rules, and looking things up in them."""

from models.catalogue.imports import import_catalogue
from models.catalogue.queries import latest, named, rule_of
from models.catalogue.tables import (
    CatalogueVersion,
    Item,
    ItemExclusion,
    Level,
    Method,
    RuleKind,
)

__all__ = [
    "CatalogueVersion",
    "Item",
    "ItemExclusion",
    "Level",
    "Method",
    "RuleKind",
    "import_catalogue",
    "latest",
    "named",
    "rule_of",
]
