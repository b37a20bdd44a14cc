"""Who gets alarms: an HTTP server and an SMTP server, small and real, each in a thread."""

import base64
import contextlib
import json
import socketserver
import threading
import time
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Posted:
    """What was posted; the next ``refusing`` posts are answered with 500."""

    def __init__(self) -> None:
        self.bodies: list[dict[str, Any]] = []
        self.refused = 0
        self.refusing = 0
        self.url = ""

    def wait(self, count: int, seconds: float = 20.0) -> list[dict[str, Any]]:
        return until(lambda: self.bodies, count, seconds)


class Mailbox:
    """What was mailed, and who had logged in."""

    def __init__(self) -> None:
        self.messages: list[EmailMessage] = []
        self.logins: list[str] = []
        self.port = 0

    def wait(self, count: int, seconds: float = 20.0) -> list[EmailMessage]:
        return until(lambda: self.messages, count, seconds)


def until(look: Any, count: int, seconds: float) -> Any:
    ends = time.monotonic() + seconds
    while len(look()) < count:
        assert time.monotonic() < ends, f"{len(look())} came, not {count}"
        time.sleep(0.02)
    return look()


@contextlib.contextmanager
def posts() -> Iterator[Posted]:
    posted = Posted()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            refused = posted.refusing > 0
            if refused:
                posted.refusing -= 1
                posted.refused += 1
            else:
                posted.bodies.append(body)
            self.send_response(500 if refused else 204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Not into the tests' output."""

    with serving(ThreadingHTTPServer(("127.0.0.1", 0), Handler)) as port:
        posted.url = f"http://127.0.0.1:{port}/hook"
        yield posted


@contextlib.contextmanager
def mailbox() -> Iterator[Mailbox]:
    """An SMTP server (RFC 5321) that takes all, with AUTH PLAIN."""
    box = Mailbox()

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.say("220 mail.test")
            while line := self.rfile.readline().decode().strip():
                if not self.answer(line):
                    return

        def answer(self, line: str) -> bool:
            match line.split()[0].upper():
                case "EHLO":
                    self.say("250-mail.test", "250 AUTH PLAIN")
                case "AUTH":
                    box.logins.append(base64.b64decode(line.split()[2]).decode())
                    self.say("235 welcome")
                case "DATA":
                    self.say("354 go on")
                    lines = iter(self.rfile.readline, b".\r\n")
                    raw = b"".join(line.removeprefix(b".") for line in lines)
                    box.messages.append(message_from_bytes(raw, policy=policy.default))
                    self.say("250 taken")
                case "QUIT":
                    self.say("221 bye")
                    return False
                case _:
                    self.say("250 ok")
            return True

        def say(self, *lines: str) -> None:
            self.wfile.write("".join(f"{line}\r\n" for line in lines).encode())

    with serving(socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)) as port:
        box.port = port
        yield box


@contextlib.contextmanager
def serving(server: socketserver.TCPServer) -> Iterator[int]:
    server.daemon_threads, server.block_on_close = True, False  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
