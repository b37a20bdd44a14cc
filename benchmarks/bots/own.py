"""The bot of this project as ``cchc run`` has it, but without Telegram's limit of 30 a second,
which no fast bot would get past; with ``notes``, one conversation instead of all.

Only here: the product's configuration knows no way to send faster than is permitted.
"""

import asyncio
import sys

import handlers
from benchmarks.bots.notes import note
from bot import config, log
from bot.app import Addresses, Bot
from bot.telegram import TelegramChannel
from handlers.dialogue import Conversation, State, Turn, on_command, on_text


class Notes(State):
    TEXT = "text"


def ask(turn: Turn) -> State:
    return turn.ask(Notes.TEXT, "evidence_ask_explanation", code="1.1.1", title="Kế hoạch")


def keep(turn: Turn, text: str) -> State | None:
    turn.session.add(note(turn.address, text))
    return turn.end("help.observer")


notes = Conversation(
    name="notes",
    entry_points=[on_command("ghi", ask)],
    states={Notes.TEXT: [on_text(keep)]},
)


def main(kind: str) -> None:
    TelegramChannel.limits = None
    settings = config.load()
    log.set_up(settings.log.level, settings.log.format, settings.secrets)
    everything = handlers.CONVERSATIONS
    strangers = [c for c in everything if c.strangers]
    chosen = [*strangers, notes] if kind == "notes" else everything
    asyncio.run(Bot(settings, conversations=chosen).run(ready))


def ready(addresses: Addresses) -> None:
    print(addresses.health, flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
