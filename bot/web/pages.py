"""Pages to look at: signing in, the invitation's page, the chat, leaving it."""

import re
from datetime import datetime

from aiohttp import web
from sqlalchemy.orm import Session

from bot.web import door
from bot.web.door import Guest
from bot.web.entries import Cursor
from bot.web.history import History, Section
from bot.web.render import Renderer, script_words
from bot.web.world import WORLD, World
from models import outbox, people, web_sessions
from models.inbox import Arrival
from models.messages import word_of
from models.people import Role, invitations
from models.web_sessions import CHANNEL, Standing, Visitor

RENDERER = web.AppKey("renderer", Renderer)
HISTORY = web.AppKey("history", History)

# A whole office may come from one address, so one colleague's mistakes bar nobody else.
WRONG_CODES_OF_A_PLACE = 30

# Crockford's base 32, as it may be typed: small letters, spaces, O and I for the figures.
_TYPED_CODE = re.compile(r"[0-9A-Z]{26}")
_MISREAD = str.maketrans("OIL", "011", " -\t\r\n\u00a0\u200b")


async def home(request: web.Request) -> web.StreamResponse:
    """On to the chat that this browser had open last, or the page for signing in."""
    address = request.cookies.get(door.LAST_CHAT, "")
    if re.fullmatch(r"[\w-]{16}", address):
        raise web.HTTPFound(f"/c/{address}/")
    return html(request, "sign_in.html", problem="")


async def sign_in(request: web.Request) -> web.Response:
    return html(request, "sign_in.html", problem="")


async def show_invitation(request: web.Request) -> web.Response:
    """What opening will do, and a button. Looking redeems nothing: previews are harmless."""
    code = read_code(request.match_info["code"])
    if code is None:
        return html(request, "sign_in.html", problem="web.code_unusable", status=403)
    return html(request, "invitation.html", code=code)


async def open_chat(request: web.Request) -> web.Response:
    """Begin a chat with the code, which its first event carries (sealed: I1, I8)."""
    world = request.app[WORLD]
    form = await request.post()
    typed = request.match_info.get("code") or str(form.get("code", ""))
    code = read_code(typed)
    if code is None or not await _is_usable(request, code):
        return html(request, "sign_in.html", problem="web.code_unusable", status=403)
    address = web_sessions.new_address()
    token = await open_session(world, address)
    text = invitations.seal(f"/start {code}")
    arrival = Arrival(CHANNEL, f"start-{address}", address, {"text": text}, world.clock())
    await world.inbox.accept([arrival])
    onward = web.HTTPSeeOther(f"/c/{address}/")
    door.set_cookies(onward, world, address, token)
    raise onward


async def open_session(world: World, address: str) -> str:
    """The token of a new session for the chat at ``address``."""
    now = world.wall()
    return await world.database.write(
        lambda session: web_sessions.open_session(session, address, now)
    )


async def chat(request: web.Request) -> web.Response:
    guest = await door.look(request)
    world = request.app[WORLD]
    if guest.visitor.standing is Standing.NOBODY:
        response = html(request, "sign_in.html", problem="web.session_ended", status=401)
        door.forget_cookies(response, world, request.match_info["chat"])
        return response
    history, visitor = request.app[HISTORY], guest.visitor

    def read(session: Session) -> tuple[Section, dict[str, object]]:
        section = history.section(session, visitor.address, guest.language)
        return section, pinned(world, session, visitor, guest.language)

    section, top = await world.database.read(read)
    response = html(
        request,
        "chat.html",
        language=guest.language,
        section=section,
        top=top,
        settings=_script_settings(request, guest),
        words=script_words(world.words, guest.language),
    )
    door.set_cookies(response, world, visitor.address, guest.token)
    return response


async def older(request: web.Request) -> web.Response:
    """Older history, as pieces of the page and where to go on from there."""
    guest = await door.enter(request)
    try:
        before = Cursor.parse(request.query["before"])
    except (KeyError, ValueError):
        raise door.refused(request, web.HTTPBadRequest, "web.bad_request") from None
    history, renderer = request.app[HISTORY], request.app[RENDERER]
    section = await request.app[WORLD].database.read(
        lambda session: history.section(session, guest.visitor.address, guest.language, before)
    )
    pieces = [renderer.entry(entry, guest.language) for entry in section.entries]
    following = str(section.older) if section.older else None
    return web.json_response({"entries": pieces, "older": following})


async def leave(request: web.Request) -> web.Response:
    """Log out: the session ends here, the account stays."""
    guest = await door.look(request)
    world = request.app[WORLD]
    if (id := guest.visitor.session_id) is not None:
        now = world.wall()
        await world.database.write(lambda session: web_sessions.end(session, id, now))
    response = html(request, "left.html")
    door.forget_cookies(response, world, request.match_info["chat"])
    return response


def pinned(world: World, session: Session, visitor: Visitor, language: str) -> dict[str, object]:
    """What stands at the top of a chat: who, for whom, how the campaign stands; a note."""
    person, unit, role = visitor.person, visitor.unit, ""
    if visitor.role is not None:
        role = world.words.plain(word_of(visitor.role), language)
    return {
        "person": person.name if person else "",
        "unit": unit.name if unit else "",
        "role": role,
        "status": world.status_line(session, person, unit) if person and unit else "",
        "note": world.note(language) if world.note else "",
        "mayHandIn": visitor.standing is Standing.OFFICER,
    }


def read_code(typed: str) -> str | None:
    """The invitation code in what somebody typed or pasted, a whole link included."""
    last = typed.rstrip("/ ").rpartition("/")[2].removeprefix("start ")
    code = last.upper().translate(_MISREAD)
    return code if _TYPED_CODE.fullmatch(code) else None


def html(
    request: web.Request,
    template: str,
    *,
    language: str = "vi",
    status: int = 200,
    **values: object,
) -> web.Response:
    text = request.app[RENDERER].page(template, language, **values)
    return web.Response(text=text, content_type="text/html", charset="utf-8", status=status)


async def _is_usable(request: web.Request, code: str) -> bool:
    """Wrong ones are counted by where they come from, as in a chat by its account."""
    world = request.app[WORLD]
    sealed, now, client = invitations.hash_of(code), world.clock(), door.client_of(request)

    def attempt(session: Session) -> bool:
        most = WRONG_CODES_OF_A_PLACE
        if invitations.try_code(session, sealed, CHANNEL, client, now, most) is not None:
            return True
        if invitations.wrong_codes(session, CHANNEL, client, now) >= most:
            _alarm(session, now)
        return False

    return await world.database.write(attempt)


def _alarm(session: Session, now: datetime) -> None:
    """The admins hear of many wrong codes, once a day."""
    values = {"count": WRONG_CODES_OF_A_PLACE, "channel": CHANNEL}
    for admin in people.holders_of_role(session, Role.ADMIN):
        key = f"wrong_codes:{CHANNEL}:{now:%Y%m%d}:{admin.id}"
        outbox.enqueue(session, "many_wrong_codes", values, to=admin, key=key, at=now)


def _script_settings(request: web.Request, guest: Guest) -> dict[str, object]:
    channel = request.app[WORLD].channel
    return {
        "base": f"/c/{guest.visitor.address}/",
        "token": guest.form_token,
        "fileLimit": channel.abilities.file_limit,
    }
