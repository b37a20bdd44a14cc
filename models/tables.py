"""Every module that holds tables, imported in one place: what ``Base.metadata`` is made of."""

from models import (
    audit,
    conversations,
    files,
    inbox,
    outbox,
    sending,
    settings,
    units,
    uploads,
    web_sessions,
)
from models.allotments import tables as allotments
from models.appraisal import tables as appraisal
from models.assessment import tables as assessment
from models.base import Base
from models.campaigns import tables as campaigns
from models.catalogue import tables as catalogue
from models.evidence import tables as evidence
from models.people import tables as people
from models.reminders import tables as reminders
from models.stand_ins import tables as stand_ins
from models.submission import tables as submission
from models.unit_report import tables as unit_report
from models.workbook import tables as workbook

__all__ = [
    "Base",
    "allotments",
    "appraisal",
    "assessment",
    "audit",
    "campaigns",
    "catalogue",
    "conversations",
    "evidence",
    "files",
    "inbox",
    "outbox",
    "people",
    "reminders",
    "sending",
    "settings",
    "stand_ins",
    "submission",
    "unit_report",
    "units",
    "uploads",
    "web_sessions",
    "workbook",
]
