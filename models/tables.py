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
from models.appraisal import tables as appraisal
from models.assessment import tables as assessment
from models.base import Base
from models.broadcasts import tables as broadcasts
from models.campaigns import tables as campaigns
from models.catalogue import tables as catalogue
from models.chasing import tables as chasing
from models.evidence import tables as evidence
from models.people import tables as people
from models.reminders import tables as reminders
from models.submission import tables as submission
from models.workbook import tables as workbook

__all__ = [
    "Base",
    "appraisal",
    "assessment",
    "audit",
    "broadcasts",
    "campaigns",
    "catalogue",
    "chasing",
    "conversations",
    "evidence",
    "files",
    "inbox",
    "outbox",
    "people",
    "reminders",
    "sending",
    "settings",
    "submission",
    "units",
    "uploads",
    "web_sessions",
    "workbook",
]
