"""A catalogue comes in as a table: all of it as a new version, or nothing (data's README)."""

import hashlib
from pathlib import Path

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from models import audit, imports, policy
from models.catalogue import queries
from models.catalogue.checks import Row, read_rows
from models.catalogue.tables import (
    CatalogueVersion,
    Item,
    ItemExclusion,
    Level,
    Method,
    RuleKind,
)
from models.imports import ImportRefused
from models.people.tables import By
from models.text import fold
from models.units import Unit


def import_catalogue(session: Session, path: Path, name: str, by: By) -> CatalogueVersion:
    """The file as the next version of the catalogue ``name``, or raises ImportRefused.

    The same file again changes nothing: the version that it made is returned. Campaigns that
    exist keep the version they were created with.
    """
    policy.check(session, by, policy.Action.IMPORT)
    table = imports.read_table(path)
    if name == queries.ADJUSTMENTS:
        raise ImportRefused([table.problem(None, "", "catalogue_name_reserved", name=name)])
    units = {unit.code: unit.id for unit in session.scalars(select(Unit))}
    rows = read_rows(table, units)
    digest = hashlib.sha256(Path(path).read_bytes()).hexdigest()
    newest = queries.latest(session, name)
    if newest is not None and newest.source_sha256 == digest:
        return newest
    version = CatalogueVersion(
        name=name,
        number=newest.number + 1 if newest else 1,
        source_name=table.name,
        source_sha256=digest,
        imported_at=by.at,
    )
    _add_items(session, version, rows, units)
    audit.append(
        session, "import_catalogue", by, version=version.id, sha256=digest, rows=len(rows)
    )
    return version


def _add_items(
    session: Session, version: CatalogueVersion, rows: list[Row], units: dict[str, int]
) -> None:
    items: dict[str, Item] = {}
    for position, row in enumerate(rows):
        items[row.code] = _item(row, position, items, units)
    version.items = list(items.values())
    session.add(version)
    session.flush()
    exclusions = [
        {"item_id": items[row.code].id, "unit_id": units[code]}
        for row in rows
        for code in row.excluded
    ]
    if exclusions:
        session.execute(insert(ItemExclusion), exclusions)


def _item(row: Row, position: int, above: dict[str, Item], units: dict[str, int]) -> Item:
    """``above`` has the items before this one, and so its parent and its area."""
    cells = row.cells
    assert row.max_points is not None  # Checked with all other cells.
    return Item(
        parent=above.get(cells["parent_code"]),
        area=above.get(row.code.partition(".")[0]),
        code=row.code,
        level=Level(row.level),
        title=cells["title"],
        search_text=fold(cells["title"]),
        max_points=row.max_points,
        scored=not row.children,
        method=Method(cells["method"]) if not row.children else None,
        rule_kind=RuleKind(cells["scoring_rule"]) if not row.children else None,
        rule_detail=cells["rule_detail"],
        evidence_required=cells["evidence_required"] == "yes",
        appraising_agency_id=units.get(cells["appraising_agency_code"]),
        position=position,
    )
