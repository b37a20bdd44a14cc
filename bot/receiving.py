"""Files on their way in: fetched, stored and checked before the turn that is about them.

Whatever happens here can happen again: the same bytes have the same name in the store.
"""

import logging
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from bot.channel import Attached, Channel, FetchFailed, Incoming
from bot.clamd import Clamd
from bot.kitchen import Kitchen, KitchenFailed
from bot.store import Kept, Store, StoreFull, TooLarge
from models.files import Received, Scan, clean_name
from models.refusals import Refusal

logger = logging.getLogger(__name__)

SPREADSHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# How long a platform may say "not now" to one file, while its sender waits for all that follows.
PATIENCE = timedelta(minutes=10)


class Unavailable(Exception):
    """A file's bytes cannot be had right now; asking again later may help."""


def read_upload(body: dict[str, Any]) -> Attached | None:
    """Files that came by an upload link for this chat, whatever platform the chat is on."""
    upload = body.get("upload")
    if not isinstance(upload, dict):
        return None
    files = tuple(Incoming(**file) for file in upload["files"])
    return Attached(files, upload.get("caption", ""))


class Reception:
    def __init__(
        self, store: Store, kitchen: Kitchen, channels: Mapping[str, Channel], clamd: Clamd
    ) -> None:
        self._store = store
        self._kitchen = kitchen
        self._channels = channels
        self._clamd = clamd

    async def receive(
        self, channel: str, attached: Attached, age: timedelta
    ) -> tuple[Received, ...]:
        """Each file stored and checked, or with the refusal that says why not.

        ``age`` is how long ago the files came. Raises Unavailable when the platform is away:
        nothing is lost by waiting.
        """
        return tuple([await self._receive(channel, file, age) for file in attached.files])

    async def _receive(self, channel: str, file: Incoming, age: timedelta) -> Received:
        name = clean_name(file.name)
        limit = self._channels[channel].abilities.file_limit
        try:
            kept = await self._bytes(channel, file, limit)
        except TooLarge:
            refusal = Refusal("file_too_large", file=name, size=file.size, limit=limit)
            return Received(name, file.size, refusal=refusal)
        except StoreFull:
            return Received(name, file.size, refusal=Refusal("store_full", file=name))
        except FetchFailed as error:
            if not error.final and not (error.answered and age > PATIENCE):
                raise Unavailable(str(error)) from error
            return Received(name, file.size, refusal=Refusal("file_not_fetched", file=name))
        return await self._checked(name, kept)

    async def _checked(self, name: str, kept: Kept) -> Received:
        path, scan = self._store.path(kept.sha256), Scan.OFF
        verdict = await self._kitchen.inspect(path, name)
        refusal = verdict.refusal
        if refusal is None:
            scan, found = await self._clamd.scan(path)
            if scan is Scan.INFECTED:
                refusal = Refusal("file_holds_virus", file=name, found=found)
        workbook = None
        if refusal is None and verdict.media_type == SPREADSHEET:
            try:
                workbook = await self._kitchen.read_workbook(path)
            except KitchenFailed as error:
                logger.warning("a workbook could not be read: %s", error)
                refusal = Refusal("file_not_checked", file=name)
        return Received(name, kept.size, kept.sha256, verdict.media_type, refusal, scan, workbook)

    async def _bytes(self, channel: str, file: Incoming, limit: int) -> Kept:
        if file.sha256:
            return Kept(file.sha256, file.size)
        if file.size > limit:
            raise TooLarge(file.size)
        return await self._store.keep(self._channels[channel].fetch(file), limit)
