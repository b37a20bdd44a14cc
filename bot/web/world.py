"""What the web pages are handed: everything they need, made elsewhere (``bot.app``)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urlsplit

from aiohttp import web
from sqlalchemy.orm import Session

from bot.channel import Inbox
from bot.store import Store
from bot.web.channel import WebChannel
from bot.words import Words
from models.clock import Clock, wall_clock
from models.database import Database
from models.people import Person
from models.units import Unit

# The campaign's state for this unit in one line, in the person's language; may be empty.
StatusLine = Callable[[Session, Person, Unit], str]


class WebInbox(Inbox, Protocol):
    """``resume`` gives events that are stored already their turn."""

    async def resume(self) -> None: ...


LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True)
class WebSettings:
    """``public_url`` is the address people use, without a path; empty: whatever they came by.

    ``secure``: cookies travel over https only. It is off on loopback alone (design.md 9).
    """

    public_url: str = ""
    secure: bool = True

    @property
    def public_host(self) -> str:
        return urlsplit(self.public_url).netloc


@dataclass(frozen=True)
class World:
    """``clock`` tells the procedure's time, ``wall`` the real one, by which sessions end.

    ``home`` is shown at ``/`` in place of the page for signing in (the demo has its own), and
    ``note`` is a line above every chat, e.g. the demo's time.
    """

    database: Database
    store: Store
    words: Words
    clock: Clock
    inbox: WebInbox
    channel: WebChannel
    settings: WebSettings
    status_line: StatusLine
    wall: Clock = wall_clock
    note: Callable[[str], str] | None = None
    extra_routes: Callable[[web.Application], None] | None = None
    own_home: bool = False


WORLD = web.AppKey("world", World)

# Paths where a platform posts to us, which proves itself in its own way: no page of ours does.
PLATFORM_PATHS = web.AppKey("platform_paths", set[str])
