"""Files that go with a message: handed to the chat that the message was for, and nobody else."""

from pathlib import Path
from urllib.parse import quote

from aiohttp import web
from sqlalchemy.orm import Session

from bot.web import door
from bot.web.history import SHOWN
from bot.web.world import WORLD
from models.files import clean_name
from models.outbox import OutboxMessage
from models.people import Binding
from models.web_sessions import CHANNEL, Standing


async def get(request: web.Request) -> web.StreamResponse:
    guest = await door.enter(request, Standing.OFFICER)
    world, address = request.app[WORLD], guest.visitor.address
    message_id = int(request.match_info["message"])

    def find(session: Session) -> tuple[str, str] | None:
        message = session.get(OutboxMessage, message_id)
        if message is None or (message.channel, message.address) != (CHANNEL, address):
            return None
        if message.status not in SHOWN or not message.enclosure:
            return None
        role = session.get(Binding, message.binding_id) if message.binding_id else None
        if role is not None and role.ended_at is not None:
            return None  # It was for a role that ended; another one does not open it.
        return message.enclosure["name"], message.enclosure["sha256"]

    found = await world.database.read(find)
    if found is None or not found[1] or not world.store.has(found[1]):
        raise door.refused(request, web.HTTPNotFound, "web.file_gone")
    return _attachment(found[0], world.store.path(found[1]))


def _attachment(name: str, path: Path) -> web.FileResponse:
    """Never shown in the browser, never guessed at, never run."""
    shown = clean_name(name)
    bare = "".join(sign if sign.isascii() and sign.isalnum() else "_" for sign in shown)
    disposition = f"attachment; filename=\"{bare}\"; filename*=UTF-8''{quote(shown, safe='')}"
    calendar = shown.endswith(".ics")
    return web.FileResponse(
        path,
        headers={
            "Content-Disposition": disposition,
            "Content-Type": "text/calendar; charset=utf-8"
            if calendar
            else "application/octet-stream",
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "Cache-Control": "private, no-store",
        },
    )
