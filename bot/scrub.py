"""Everything that is kept, read and compared with what it should be: the database's pages and
references, the chain of the audit log, every file's hash (X23). Slow; for the night."""

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from bot.backups import Manifest
from bot.store import Store
from models import audit
from models.audit import AuditEntry
from models.files import StoredFile
from models.messages import Part


def scrub(engine: Engine, store: Store, anchor: Manifest | None = None) -> list[Part]:
    """What is wrong, in names that have words. ``anchor`` is what an earlier backup says: a log
    that was rewritten as a whole since then does not fit it (T9)."""
    found = _of_pages(engine)
    with Session(engine) as session:
        if (entry := audit.check_chain(session)) is not None:
            found.append(Part("scrub_audit", entry=entry))
        if anchor is not None and not _holds(session, anchor):
            values = {"entry": anchor.audit_entries, "made_at": anchor.created_at}
            found.append(Part("scrub_audit_rewritten", **values))
        for sha256 in session.scalars(select(StoredFile.sha256).order_by(StoredFile.id)):
            if not store.intact(sha256):
                found.append(Part("scrub_file", file=sha256))
    return found


def _of_pages(engine: Engine) -> list[Part]:
    """PostgreSQL checks its own pages, where the server was set up with checksums."""
    if engine.dialect.name != "sqlite":
        return []
    with engine.execution_options(cchc_begin="BEGIN").connect() as connection:
        said = connection.exec_driver_sql("PRAGMA integrity_check(20)").scalars().all()
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
    found = [Part("scrub_pages", what=what) for what in said if what != "ok"]
    return found + ([Part("scrub_reference", table=broken[0])] if broken else [])


def _holds(session: Session, anchor: Manifest) -> bool:
    if not anchor.audit_entries:
        return True
    query = select(AuditEntry.hash).where(AuditEntry.id == anchor.audit_entries)
    return session.scalar(query) == anchor.audit_hash
