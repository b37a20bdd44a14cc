"""Who may come in: cookies, the visitor of a request, and requests of other sites refused."""

import contextlib
import hashlib
import hmac
import ipaddress
from dataclasses import dataclass
from urllib.parse import urlsplit

from aiohttp import web

from bot.web.world import LOOPBACK, WORLD, World
from models import web_sessions
from models.people import Language
from models.web_sessions import Standing, Visitor

COOKIE = "cchc_session"
LAST_CHAT = "cchc_last_chat"
TOKEN_HEADER = "X-CCHC-Token"
COOKIE_SECONDS = int(web_sessions.IDLE.total_seconds())
LANGUAGE = web.RequestKey("language", str)
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True)
class Guest:
    """A request's visitor and the session token it came with."""

    visitor: Visitor
    token: str

    @property
    def language(self) -> str:
        person = self.visitor.person
        return (person.language if person else Language.VIETNAMESE).value

    @property
    def form_token(self) -> str:
        return form_token(self.token)


def form_token(session_token: str) -> str:
    """What a page of this session must send along, so that no other page can write for it."""
    return hmac.new(session_token.encode(), b"cchc form", hashlib.sha256).hexdigest()


async def look(request: web.Request) -> Guest:
    """Who asks for this chat; may be nobody."""
    world, address = request.app[WORLD], request.match_info["chat"]
    token = request.cookies.get(COOKIE, "")
    if not token:
        return Guest(web_sessions.NOBODY, "")
    now = world.wall()
    visitor = await world.database.read(
        lambda session: web_sessions.visitor(session, token, address, now)
    )
    await _keep_up(world, visitor)
    guest = Guest(visitor, token)
    request[LANGUAGE] = guest.language
    return guest


async def enter(request: web.Request, *standings: Standing) -> Guest:
    """The visitor, of one of these standings; raises 401 for nobody, 403 for the others."""
    guest = await look(request)
    if guest.visitor.standing is Standing.NOBODY:
        raise refused(request, web.HTTPUnauthorized, "web.session_ended")
    if standings and guest.visitor.standing not in standings:
        raise refused(request, web.HTTPForbidden, "web.not_joined")
    if request.method not in SAFE and not _has_token(request, guest):
        raise refused(request, web.HTTPForbidden, "web.foreign_request")
    return guest


def language_of(request: web.Request) -> str:
    """The language of who asks, where that is known by now."""
    language: str = request.get(LANGUAGE, Language.VIETNAMESE.value)
    return language


def refused(
    request: web.Request, kind: type[web.HTTPException], name: str, **values: object
) -> web.HTTPException:
    """An error that says what happened; the script shows it as it is."""
    sentence = request.app[WORLD].words.plain(name, language_of(request), **values)
    return kind(reason=None, text=sentence, content_type="text/plain")


def set_cookies(response: web.StreamResponse, world: World, address: str, token: str) -> None:
    """The session's cookie goes to its own chat only, so that several can be open at once."""
    response.set_cookie(
        COOKIE,
        token,
        path=f"/c/{address}",
        max_age=COOKIE_SECONDS,
        httponly=True,
        secure=world.settings.secure,
        samesite="Lax",
    )
    response.set_cookie(
        LAST_CHAT,
        address,
        max_age=COOKIE_SECONDS,
        httponly=True,
        secure=world.settings.secure,
        samesite="Lax",
    )


def forget_cookies(response: web.StreamResponse, world: World, address: str) -> None:
    secure = world.settings.secure
    response.del_cookie(COOKIE, path=f"/c/{address}", secure=secure, httponly=True)
    response.del_cookie(LAST_CHAT, secure=secure, httponly=True)


def client_of(request: web.Request) -> str:
    """The network place a request comes from, as a mark that does not tell it: an IPv4 address,
    or the half of an IPv6 one that a subscriber gets. What a proxy says counts only where the
    proxy runs on this machine, and of that only what it saw itself: the last entry."""
    peer = request.remote or ""
    forwarded = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
    named = forwarded if forwarded and peer in LOOPBACK else peer
    with contextlib.suppress(ValueError):
        address = ipaddress.ip_address(named)
        if address.version == 6:
            named = str(ipaddress.ip_network((address, 64), strict=False))
    return f"from:{hashlib.sha256(named.encode()).hexdigest()[:32]}"


def is_from_here(request: web.Request) -> bool:
    """Whether a page of our own sent this: by what the browser says, or else not at all."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None and site != "same-origin":
        return False
    origin = request.headers.get("Origin")
    if origin is None:
        return site == "same-origin"
    return urlsplit(origin).netloc in _own_hosts(request)


def is_known_host(request: web.Request) -> bool:
    """Whether the request was meant for us: a foreign name that leads here is not served."""
    return request.host in _own_hosts(request)


def _own_hosts(request: web.Request) -> set[str]:
    settings = request.app[WORLD].settings
    loopback = (urlsplit(f"//{request.host}").hostname or "") in LOOPBACK
    if settings.public_host and not loopback:
        return {settings.public_host}
    return {request.host}


def _has_token(request: web.Request, guest: Guest) -> bool:
    sent = request.headers.get(TOKEN_HEADER, "")
    return hmac.compare_digest(sent.encode(), guest.form_token.encode())


async def _keep_up(world: World, visitor: Visitor) -> None:
    """Prolong a session that is in use; end one whose owner has no role left (N24)."""
    if visitor.session_id is None:
        return
    id, now = visitor.session_id, world.wall()
    if visitor.standing is Standing.NOBODY:
        await world.database.write(lambda session: web_sessions.end(session, id, now))
    elif visitor.needs_renewal:
        await world.database.write(lambda session: web_sessions.renew(session, id, now))
