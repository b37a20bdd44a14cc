"""What systemd is told of a running bot: ready, still alive, stopping (sd_notify(3))."""

import asyncio
import os
import socket
from collections.abc import Callable


def notify(state: str) -> None:
    """Tell the service manager that started this process; nothing where none did."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address:
        return
    if address.startswith("@"):
        address = "\0" + address[1:]
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
        sender.connect(address)
        sender.sendall(state.encode())


async def keep_alive(is_well: Callable[[], bool]) -> None:
    """Reset the watchdog, three times in its interval, as long as the loop comes round and
    ``is_well`` says so; until cancelled. Nothing where there is no watchdog."""
    microseconds = int(os.environ.get("WATCHDOG_USEC", "0"))
    if not microseconds or os.environ.get("WATCHDOG_PID", str(os.getpid())) != str(os.getpid()):
        return
    while True:
        if is_well():
            notify("WATCHDOG=1")
        await asyncio.sleep(microseconds / 3_000_000)
