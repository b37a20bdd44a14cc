"""Inside the process that dies: where its work becomes true outside, and dying there.

Nothing of the product is changed: SQLAlchemy's commit, ``os.fsync``, ``os.replace``, the HTTP
client and the web server's last step are wrapped.
"""

import json
import os
import signal
import sys
import threading
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any
from urllib.parse import parse_qs, urlsplit

from aiohttp import web_protocol
from sqlalchemy import Engine, event
from sqlalchemy.engine.default import DefaultDialect

from bot.telegram.request import AiohttpRequest
from models.prepared import Prepared

OURS = ("bot.", "jobs.", "handlers.", "models.")
PLUMBING = ("models.database", "models.prepared", "bot.web.server")
WRITES = ("INSERT", "UPDATE", "DELETE", "CREATE", "ALTER", "DROP")
BEFORE, AFTER = "before", "after"


class Crossings:
    """Writes down every point that is reached while ``armed``; dies at ``fatal``.

    A point reads ``commit claiming.claim 2 before``: the kind, what it is about, the how
    manieth of these it is in this run, and the side of it.
    """

    def __init__(self, log: Path, armed: Callable[[], bool], fatal: str = "") -> None:
        self._log = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        self._armed = armed
        self._fatal = fatal
        self._lock = threading.Lock()
        self._counts: Counter[tuple[str, str]] = Counter()
        self._written = threading.local()
        self._offset = ""

    def watch(self) -> None:
        """From now on, for the rest of this process."""
        self._watch_commits()
        self._watch_files()
        self._watch_the_platform()
        self._watch_the_web()

    def _reach(self, kind: str, about: str, side: str) -> None:
        if not self._armed():
            return
        with self._lock:
            name = f"{kind} {about}"
            self._counts[name, side] += 1
            point = f"{name} {self._counts[name, side]} {side}"
            os.write(self._log, f"{point}\n".encode())
            if point == self._fatal:
                os.kill(os.getpid(), signal.SIGKILL)

    def _watch_commits(self) -> None:
        """A transaction is called by the function that wrote first; one without a write is no
        crossing."""

        def note(_: Any, __: Any, statement: str, *___: Any) -> None:
            wrote = statement.lstrip()[:6].upper().startswith(WRITES)
            if wrote and not getattr(self._written, "by", ""):
                self._written.by = _who(sys._getframe(1))

        event.listen(Engine, "before_cursor_execute", note)
        execute = Prepared._execute

        def straight(prepared: Prepared, connection: Any, values: Any) -> Any:
            note(None, None, prepared._text)  # It goes to the driver, round SQLAlchemy.
            return execute(prepared, connection, values)

        Prepared._execute = straight  # type: ignore[method-assign]
        commit, rollback = DefaultDialect.do_commit, DefaultDialect.do_rollback

        def do_commit(dialect: Any, connection: Any) -> None:
            by, self._written.by = getattr(self._written, "by", ""), ""
            if by:
                self._reach("commit", by, BEFORE)
            commit(dialect, connection)
            if by:
                self._reach("commit", by, AFTER)

        def do_rollback(dialect: Any, connection: Any) -> None:
            self._written.by = ""
            rollback(dialect, connection)

        DefaultDialect.do_commit = do_commit  # type: ignore[method-assign]
        DefaultDialect.do_rollback = do_rollback  # type: ignore[method-assign]

    def _watch_files(self) -> None:
        for kind, names in (("fsync", ("fsync", "fdatasync")), ("rename", ("replace", "rename"))):
            for name in names:
                setattr(os, name, self._around(kind, getattr(os, name)))

    def _around(self, kind: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def crossing(*arguments: Any, **more: Any) -> Any:
            who = _who(sys._getframe(1))
            self._reach(kind, who, BEFORE)
            result = call(*arguments, **more)
            self._reach(kind, who, AFTER)
            return result

        return crossing

    def _watch_the_platform(self) -> None:
        """Before a request leaves, and when its answer is here and nothing was done with it.

        Asking for updates counts when it confirms some, its answer when it brings some.
        """
        do_request, opened = AiohttpRequest.do_request, AiohttpRequest.open

        async def watched(request: Any, url: str, *rest: Any, **more: Any) -> tuple[int, bytes]:
            split = urlsplit(url)
            method = split.path.rsplit("/", 1)[-1]
            polls = method == "getUpdates"
            offset = parse_qs(split.query).get("offset", [""])[0]
            if not polls or offset != self._offset:
                self._reach("call", f"{method} confirming" if polls else method, BEFORE)
            self._offset = offset if polls else self._offset
            status, body = await do_request(request, url, *rest, **more)
            if not polls or json.loads(body).get("result"):
                self._reach("call", f"{method} bringing" if polls else method, AFTER)
            return status, body

        def download(request: Any, url: str, *rest: Any, **more: Any) -> Any:
            if "/file/bot" in url:
                self._reach("call", "download", BEFORE)
            return opened(request, url, *rest, **more)

        AiohttpRequest.do_request = watched  # type: ignore[method-assign, assignment]
        AiohttpRequest.open = download  # type: ignore[method-assign, assignment]

    def _watch_the_web(self) -> None:
        """The answer to what was posted: what it says must be true already (I1)."""
        finish = web_protocol.RequestHandler.finish_response

        async def finish_response(handler: Any, request: Any, *rest: Any) -> Any:
            posted = request.method == "POST"
            resource = request.match_info.route.resource if posted else None
            about = resource.canonical if resource is not None else ""
            if posted:
                self._reach("web", about, BEFORE)
            result = await finish(handler, request, *rest)
            if posted:
                self._reach("web", about, AFTER)
            return result

        web_protocol.RequestHandler.finish_response = finish_response  # type: ignore[method-assign]


def _who(frame: FrameType | None) -> str:
    """The innermost function of the product that is at work."""
    while frame is not None:
        module, function = frame.f_globals.get("__name__", ""), frame.f_code.co_name
        if module.startswith(OURS) and module not in PLUMBING and function.isidentifier():
            return f"{module.rpartition('.')[2]}.{function}"
        frame = frame.f_back
    return "flush"
