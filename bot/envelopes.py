"""A claimed message made ready to leave: its words, and the file that it encloses."""

from collections.abc import AsyncIterator
from dataclasses import replace

from bot.channel import Letter, LetterFile
from bot.kitchen import Kitchen
from bot.store import Store
from bot.words import Words
from models import sending
from models.claiming import Claimed
from models.database import Database
from models.messages import decode

MEDIA_TYPES = {
    "ics": "text/calendar",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
# What is asked for on the next press, and is waited for: the button, and the report behind it.
OFFERED = {"workbook": "workbook"}
REPORT_LIMIT = 50 * 1024 * 1024


class Envelopes:
    def __init__(self, database: Database, words: Words, store: Store, kitchen: Kitchen) -> None:
        self._database = database
        self._words = words
        self._store = store
        self._kitchen = kitchen

    def letter(self, message: Claimed) -> Letter:
        for action, _, _ in message.choices:
            if action in OFFERED:
                self._kitchen.warm(OFFERED[action])
        letter = self._words.letter(message, message.language)
        if message.enclosure is None:
            return letter
        name = message.enclosure["name"]
        ending = name.rpartition(".")[2]
        media_type = MEDIA_TYPES.get(ending, "application/octet-stream")
        path = self._store.path(message.enclosure["sha256"])
        return replace(letter, file=LetterFile(name, path, media_type))

    @staticmethod
    def lacks_report(message: Claimed) -> bool:
        """Whether what it encloses has yet to be made."""
        return message.enclosure is not None and not message.enclosure["sha256"]

    async def cook(self, message: Claimed) -> None:
        """Make the report the message encloses, keep it in the store and with the message."""
        assert message.enclosure is not None
        enclosure = dict(message.enclosure)
        content = await self._kitchen.cook(enclosure["report"], decode(enclosure["values"]))
        kept = await self._store.keep(_once(content), REPORT_LIMIT)
        enclosure["sha256"] = kept.sha256
        await self._database.write(lambda session: sending.enclose(session, message.id, enclosure))


async def _once(content: bytes) -> AsyncIterator[bytes]:
    yield content
