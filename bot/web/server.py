"""The web server: its addresses, the headers of every answer, errors in words."""

import logging
from collections.abc import Awaitable, Callable
from pathlib import Path

from aiohttp import web

from bot.web import door, downloads, live, messages, pages, uploads
from bot.web.history import History
from bot.web.render import Renderer, static_files
from bot.web.world import PLATFORM_PATHS, WORLD, World
from models.database import is_transient

logger = logging.getLogger(__name__)

FILES = web.AppKey("files", dict[str, Path])
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

CHAT = r"/c/{chat:[\w-]{16}}"

# Nothing from other hosts, no script or style inside a page, no frame around one.
POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "manifest-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
    "Cache-Control": "no-store",
}


def make_app(world: World) -> web.Application:
    app = web.Application(
        middlewares=[_errors, _only_from_here], client_max_size=messages.BODY_LIMIT
    )
    app[WORLD] = world
    app[PLATFORM_PATHS] = set()
    app[FILES] = static_files()
    app[pages.RENDERER] = Renderer(world.words)
    app[pages.HISTORY] = History(world.words)
    app[messages.BUDGET] = messages.Budget()
    if not world.own_home:
        app.router.add_get("/", pages.home)
    app.router.add_get("/dang-nhap", pages.sign_in)
    app.router.add_get("/start/{code}", pages.show_invitation)
    app.router.add_post("/start/{code}", pages.open_chat)
    app.router.add_post("/start", pages.open_chat)
    app.router.add_get(CHAT + "/", pages.chat)
    app.router.add_get(CHAT + "/older", pages.older)
    app.router.add_get(CHAT + "/events", live.events)
    app.router.add_post(CHAT + "/messages", messages.post)
    app.router.add_post(CHAT + "/files", uploads.post)
    app.router.add_get(CHAT + r"/files/{message:\d{1,18}}", downloads.get)
    app.router.add_post(CHAT + "/leave", pages.leave)
    app.router.add_get("/tai-len/{code}", uploads.show)
    app.router.add_post("/tai-len/{code}", uploads.post_by_link)
    app.router.add_get("/static/{name}", _static)
    if world.extra_routes is not None:
        world.extra_routes(app)
    app.on_response_prepare.append(_add_headers)
    app.on_shutdown.append(_close_live)
    return app


async def _add_headers(request: web.Request, response: web.StreamResponse) -> None:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if request.app[WORLD].settings.secure:
        response.headers["Strict-Transport-Security"] = "max-age=31536000"
    if "Server" in response.headers:
        del response.headers["Server"]
    response.headers["Server"] = "cchc"


async def _close_live(app: web.Application) -> None:
    app[WORLD].channel.close()


@web.middleware
async def _only_from_here(request: web.Request, handler: Handler) -> web.StreamResponse:
    """What changes something comes from our own pages, by our own name (CSRF)."""
    if request.path in request.app[PLATFORM_PATHS]:
        return await handler(request)
    if not door.is_known_host(request):
        raise door.refused(request, web.HTTPMisdirectedRequest, "web.foreign_request")
    if request.method not in door.SAFE and not door.is_from_here(request):
        raise door.refused(request, web.HTTPForbidden, "web.foreign_request")
    return await handler(request)


@web.middleware
async def _errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Whatever goes wrong is said in a sentence, as a page or as plain text for a script."""
    try:
        return await handler(request)
    except web.HTTPException as error:
        if error.status < 400:
            raise
        status, sentence = error.status, error.text or ""
        if error.content_type != "text/plain" or sentence.startswith(f"{status}: "):
            sentence = request.app[WORLD].words.plain(_name_of(status), door.language_of(request))
    except Exception as error:
        if is_transient(error):
            logger.warning("the database is away or busy: %s", type(error).__name__)
            status = 503
        else:
            logger.exception("a request failed")
            status = 500
        sentence = request.app[WORLD].words.plain(_name_of(status), door.language_of(request))
    if "text/html" in request.headers.get("Accept", ""):
        language = door.language_of(request)
        return pages.html(
            request, "problem.html", language=language, sentence=sentence, status=status
        )
    return web.Response(text=sentence, status=status)


def _name_of(status: int) -> str:
    names = {404: "web.no_such_page", 503: "web.try_again", 500: "web.our_fault"}
    return names.get(status, "web.bad_request")


async def _static(request: web.Request) -> web.StreamResponse:
    path = request.app[FILES].get(request.match_info["name"])
    if path is None:
        raise web.HTTPNotFound
    kept = "public, max-age=31536000, immutable" if "v" in request.query else "no-cache"
    return web.FileResponse(path, headers={"Cache-Control": kept})
