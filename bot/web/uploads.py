"""Files on their way in, streamed to the evidence store before their event is stored.

Two doors: the chat's own page, and the one-time page for files that are too large for another
platform, whose event goes to the chat that asked for it (design.md 6).
"""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

from aiohttp import BodyPartReader, web
from sqlalchemy.orm import Session

from bot.store import StoreFull, TooLarge
from bot.web import door
from bot.web.messages import check_client_id, keep_to_budget, take
from bot.web.pages import html
from bot.web.render import script_words
from bot.web.world import WORLD
from models import inbox, uploads
from models.files import clean_name
from models.inbox import Arrival
from models.people import invitations
from models.text import clean
from models.web_sessions import Standing

CHUNK = 256 * 1024
MOST_FILES = 40
CAPTION_LIMIT = 1000
PATIENCE_SECONDS = 120.0  # Without a byte for so long, the sender has gone.


@dataclass
class Upload:
    """What one request brought: files that are stored by now, and words with them."""

    client_id: str = ""
    caption: str = ""
    files: list[dict[str, Any]] = field(default_factory=list)


async def post(request: web.Request) -> web.Response:
    """Several files of one request are one upload (F33)."""
    guest = await door.enter(request, Standing.OFFICER)
    keep_to_budget(request, guest)
    upload = await _receive(request)
    check_client_id(request, upload.client_id)
    body = {"files": upload.files, "caption": upload.caption}
    return await take(request, guest, upload.client_id, body)


async def show(request: web.Request) -> web.Response:
    """The page of a one-time upload link."""
    world, code = request.app[WORLD], request.match_info["code"]
    now = world.clock()
    link = await world.database.read(lambda session: uploads.find(session, code, now))
    if link is None:
        return html(request, "upload_gone.html", status=403)
    settings = {"fileLimit": world.channel.abilities.file_limit, "base": request.path}
    words = script_words(world.words, "vi")
    return html(request, "upload.html", link=link, settings=settings, words=words)


async def post_by_link(request: web.Request) -> web.Response:
    """Files for a chat elsewhere. The link is used up and the event stored in one transaction:
    what was sent is never lost with the link, and nobody else gets in by it (I1, I2)."""
    world, code = request.app[WORLD], request.match_info["code"]
    now = world.clock()
    if await world.database.read(lambda session: uploads.find(session, code, now)) is None:
        raise door.refused(request, web.HTTPForbidden, "web.upload_link_gone")
    upload = await _receive(request)
    received = world.clock()

    def keep(session: Session) -> bool:
        # It was good when the upload began: a slow line shall not make it too late.
        link = uploads.redeem(session, code, now)
        if link is None:
            return False
        caption = upload.caption or link.caption
        body = {"upload": {"files": upload.files, "caption": caption}}
        arrival = Arrival(link.channel, f"upload-{link.id}", link.address, body, received)
        inbox.store(session, [arrival], received)
        return True

    if not await world.database.write(keep):
        raise door.refused(request, web.HTTPForbidden, "web.upload_link_gone")
    await world.inbox.resume()
    return web.json_response({"html": ""})


async def _receive(request: web.Request) -> Upload:
    """Read the form part by part; nothing is held in memory. Raises an error in words."""
    if not request.content_type.startswith("multipart/"):
        raise door.refused(request, web.HTTPBadRequest, "web.bad_request")
    upload = Upload()
    try:
        reader = await request.multipart()
        while (part := await reader.next()) is not None:
            if isinstance(part, BodyPartReader):
                await _take_part(request, part, upload)
    except TooLarge as error:
        raise door.refused(request, _TooLarge, "web.file_too_large", limit=error.limit) from None
    except StoreFull:
        raise door.refused(request, web.HTTPInsufficientStorage, "web.store_full") from None
    except (TimeoutError, ValueError, ConnectionError):
        raise door.refused(request, web.HTTPBadRequest, "web.upload_broken") from None
    if not upload.files:
        raise door.refused(request, web.HTTPBadRequest, "web.no_file")
    return upload


class _TooLarge(web.HTTPClientError):
    status_code = 413


async def _take_part(request: web.Request, part: BodyPartReader, upload: Upload) -> None:
    match part.name:
        case "id":
            upload.client_id = (await part.text())[:36]
        case "caption":
            upload.caption = invitations.seal(clean(await part.text())[:CAPTION_LIMIT])
        case "file" if part.filename:
            if len(upload.files) == MOST_FILES:
                raise door.refused(
                    request, web.HTTPBadRequest, "web.too_many_files", most=MOST_FILES
                )
            upload.files.append(await _keep(request, part, part.filename))


async def _keep(request: web.Request, part: BodyPartReader, filename: str) -> dict[str, Any]:
    world = request.app[WORLD]
    kept = await world.store.keep(_chunks(part), world.channel.abilities.file_limit)
    return {"name": clean_name(filename), "size": kept.size, "sha256": kept.sha256}


async def _chunks(part: BodyPartReader) -> AsyncIterator[bytes]:
    while True:
        async with asyncio.timeout(PATIENCE_SECONDS):
            chunk = await part.read_chunk(CHUNK)
        if not chunk:
            return
        yield chunk
