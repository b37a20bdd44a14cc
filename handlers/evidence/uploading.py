"""Files by a one-time link: where a platform takes none (I10), or none that large.

The link's page takes them; they come out in this chat, where it stands by then.
"""

from handlers.dialogue import Choice, Part, Turn
from handlers.evidence.common import line_at
from handlers.sheets import own_sheet
from models import evidence, uploads


def ways_in(turn: Turn) -> list[Choice]:
    """The choice that gives the link, where files cannot simply be sent."""
    return [] if turn.abilities.files_in else [Choice("evidence_upload")]


def how(turn: Turn, here: str, by_link: str) -> str:
    """Which of two messages tells how files come in on this platform."""
    return here if turn.abilities.files_in else by_link


def offer(turn: Turn, _: str) -> None:
    """Make the link; what the person is at stays, so the files are for that."""
    sheet = own_sheet(turn)
    if refusal := evidence.why_not_add(turn.session, turn.by, sheet):
        raise refusal
    code = ""
    if "line" in turn.memory:
        line = line_at(turn, turn.memory["line"])
        if refusal := evidence.why_not_prove(turn.session, turn.by, line):
            raise refusal
        code = line.item.code
    turn.say(
        "evidence_upload_here",
        which=Part("evidence_upload_for", code=code) if code else "",
        way=instead(turn, code),
    )


def instead(turn: Turn, caption: str) -> Part:
    """The link in words; files come with ``caption`` where none is written on the page."""
    code, until = uploads.make_link(turn.session, turn.by, turn.channel, turn.address, caption)
    url = turn.link("upload", code)
    return Part("upload_instead", limit=uploads.LIMIT, until=until, url=url)
