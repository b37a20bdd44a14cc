"""The sample province as a database: made once a run, by the same actions that users take."""

from datetime import date
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from models import catalogue, conduct, unit_imports, units
from models.people import By
from models.units import UnitKind
from tests.clock import at

DATA = Path(__file__).parent.parent / "bot" / "demo" / "data"


def build_province(engine: Engine) -> None:
    """Units and catalogues from the sample; SNV's campaign of 2026, plan issued on 12/10."""
    with Session(engine) as session, session.begin():
        by = By(at("2026-10-01 08:00"))
        unit_imports.import_units(session, DATA / "units.csv", by)
        for name in ("departments", "districts"):
            catalogue.import_catalogue(session, DATA / f"criteria_{name}.csv", name, by)
        owner = units.by_code(session, "SNV")
        assert owner is not None
        campaign = conduct.create(
            session,
            by,
            year=2026,
            owner=owner,
            catalogues={UnitKind.DEPARTMENT: "departments", UnitKind.DISTRICT: "districts"},
        )
        plan_by = By(at("2026-10-12 09:00"))
        conduct.issue_plan(session, plan_by, campaign, "215/KH-SNV", date(2026, 10, 12), None)
