"""What is on a disk when the power goes: a recording of all that a process wrote, and the disk
at any instant of it, without what was not forced to it by then.

The model is stricter than any file system: a write is on the disk only after an fsync of its
file that began after it, a name only after such an fsync of its folder.
"""

import random
import re
import shutil
from dataclasses import dataclass, field
from pathlib import Path

STRACE = shutil.which("strace")
_CALLS = (
    "openat,write,pwrite64,fsync,fdatasync,ftruncate,mkdir,rename,renameat,renameat2,unlink,"
    "unlinkat,sendto"
)
# "12345 pwrite64(7</a/b>, "\x00…", 4096, 0) = 4096", whole or in two halves.
_LINE = re.compile(r"(?P<thread>\d+) +(?P<what>.*)")  # A short number is filled up to five.
_RESUMED = re.compile(r"<\.\.\. \w+ resumed>(?P<rest>.*)")
_CALL = re.compile(r"(?P<name>\w+)\((?P<arguments>.*)\)\s+= (?P<result>-?\d+)")
_OPENED = re.compile(r"(?P<name>\w+)\((?P<arguments>.*)")
_STRING = re.compile(r'"((?:\\x[0-9a-f]{2})*)"')
_FILE = re.compile(r"^(\d+)<([^>]*)>")
UNFINISHED = " <unfinished ...>"


def recording(command: list[str], to: Path) -> list[str]:
    """``command``, with every write written down; the process is still the caller's child."""
    assert STRACE is not None
    how = ["-D", "-f", "-y", "-xx", "-s", "2000000", "--seccomp-bpf", "-e", f"trace={_CALLS}"]
    return [STRACE, *how, "-o", str(to), *command]


def is_complete(recorded: Path) -> bool:
    """Whether all is written down: the recorder outlives the process by a moment."""
    return recorded.read_bytes().rstrip().endswith(b"+++ exited with 0 +++")


@dataclass(frozen=True)
class Call:
    """A call of the system that succeeded; ``begun`` and ``ended`` are places in the recording."""

    name: str
    arguments: str
    result: int
    begun: int
    ended: int

    @property
    def strings(self) -> list[bytes]:
        return [_read(text) for text in _STRING.findall(self.arguments)]

    @property
    def path(self) -> str:
        """Of the file that it is about."""
        found = _FILE.match(self.arguments)
        return _read(found[2]).decode() if found else ""

    @property
    def last_number(self) -> int:
        return int(self.arguments.rsplit(", ", 1)[1])


def _read(text: str) -> bytes:
    return bytes.fromhex(text.replace("\\x", ""))


def calls(recorded: Path) -> list[Call]:
    """In the order in which they ended."""
    begun: dict[str, tuple[int, str]] = {}
    found = []
    for place, line in enumerate(recorded.read_text("ascii", errors="replace").splitlines()):
        parts = _LINE.fullmatch(line)
        if parts is None:
            continue
        thread, what = parts["thread"], parts["what"]
        if what.endswith(UNFINISHED):
            begun[thread] = (place, what.removesuffix(UNFINISHED))
            continue
        start = place
        if resumed := _RESUMED.fullmatch(what):
            start, opening = begun.pop(thread)
            what = opening + resumed["rest"]
        call = _CALL.match(what)
        if call and int(call["result"]) >= 0:
            named = (call["name"], call["arguments"], int(call["result"]))
            found.append(Call(*named, start, place))
    # Sent, but not heard the end of.
    for place, what in begun.values():
        if (opened := _OPENED.match(what)) and opened["name"] == "sendto":
            found.append(Call(opened["name"], opened["arguments"], 0, place, place))
    return found


@dataclass
class _File:
    """``forced``: what is on the disk for sure; then what was written since, in its order."""

    forced: bytes = b""
    since: list[tuple[int, int, bytes | None]] = field(default_factory=list)  # ended, offset, data
    position: int = 0

    def content(self, chance: random.Random | None, kept: float) -> bytes:
        now = bytearray(self.forced)
        for _, offset, data in self.since:
            if chance is not None and chance.random() < kept:
                _apply(now, offset, data)
        return bytes(now)

    def force(self, began: int) -> None:
        now = bytearray(self.forced)
        for _, offset, data in (write for write in self.since if write[0] < began):
            _apply(now, offset, data)
        self.forced = bytes(now)
        self.since = [write for write in self.since if write[0] >= began]


def _apply(content: bytearray, offset: int, data: bytes | None) -> None:
    """``None``: the file was cut at ``offset``."""
    if data is None:
        del content[offset:]
        return
    content.extend(bytes(max(0, offset - len(content))))
    content[offset : offset + len(data)] = data


class Disk:
    """``folder`` as the copy ``before`` has it, and then as the calls leave it."""

    def __init__(self, before: Path, folder: Path) -> None:
        self._folder = folder
        self._now: dict[str, _File | None] = {}  # A folder is None.
        for path in before.rglob("*"):
            known = str(folder / path.relative_to(before))
            self._now[known] = None if path.is_dir() else _File(path.read_bytes())
        self._forced = dict(self._now)
        self._named: dict[str, int] = {}  # When each name came or went.

    def take(self, call: Call) -> None:
        if call.name in {"fsync", "fdatasync"}:
            self._force(call)
        elif call.name in {"write", "pwrite64", "ftruncate"}:
            self._write(call)
        elif call.name == "openat":
            self._open(call)
        elif call.name != "sendto":
            self._rename(call)

    def lay_out(self, at: Path, chance: random.Random | None = None, kept: float = 0.0) -> None:
        """Write down what is left. ``kept``: the share of writes that reached the disk by
        themselves, though nobody forced them."""
        for path, file in sorted(self._forced.items()):
            target = at / Path(path).relative_to(self._folder)
            if not target.parent.is_dir():
                continue  # The name is there and leads nowhere: its folder is lost.
            if file is None:
                target.mkdir()
            else:
                target.write_bytes(file.content(chance, kept))

    def _force(self, call: Call) -> None:
        file = self._now.get(call.path)
        if file is not None:
            file.force(call.begun)
            return
        for path, ended in list(self._named.items()):
            if str(Path(path).parent) == call.path and ended < call.begun:
                del self._named[path]
                if path in self._now:
                    self._forced[path] = self._now[path]
                else:
                    self._forced.pop(path, None)

    def _write(self, call: Call) -> None:
        file = self._now.get(call.path)
        if file is None:
            return
        if call.name == "ftruncate":
            file.since.append((call.ended, call.last_number, None))
            return
        data = call.strings[0][: call.result]
        offset = call.last_number if call.name == "pwrite64" else file.position
        file.since.append((call.ended, offset, data))
        if call.name == "write":
            file.position += len(data)

    def _open(self, call: Call) -> None:
        path = str(Path("/", call.strings[0].decode()))
        if not self._is_ours(path) or "O_CREAT" not in call.arguments or path in self._now:
            return
        self._name(path, _File(), call.ended)

    def _rename(self, call: Call) -> None:
        paths = [text.decode() for text in call.strings]
        if not all(self._is_ours(path) for path in paths):
            return
        if call.name == "mkdir":
            self._name(paths[0], None, call.ended)
            return
        file = self._now.pop(paths[0], None)
        self._named[paths[0]] = call.ended
        if call.name.startswith("rename"):
            self._name(paths[1], file, call.ended)

    def _name(self, path: str, file: _File | None, ended: int) -> None:
        self._now[path] = file
        self._named[path] = ended

    def _is_ours(self, path: str) -> bool:
        return path.startswith(f"{self._folder}/")


def in_order(found: list[Call]) -> list[Call]:
    """By when they came to count: a write when it ended, what was said when it began."""
    return sorted(found, key=lambda call: call.begun if call.name == "sendto" else call.ended)
