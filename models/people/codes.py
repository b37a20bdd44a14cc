"""Codes of 26 characters of Crockford's base 32, of which only the SHA-256 is kept.

A code is 128 random bits. The channels put ``seal`` over every text before they store it, so that
no code that somebody sends ever lies in the database.
"""

import hashlib
import re
import secrets

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 26

SEALED = re.compile(r"#[0-9a-f]{64}")
# A code stands alone or at the end of a link of ours; not inside other addresses.
_CODE = re.compile(
    r"(^|[\s\"'“”‘’«(<\[,;:]|start[=/]|tai-len/)([0-9A-Za-z]{26})(?![0-9A-Za-z_=-])", re.IGNORECASE
)
LOOKALIKES = str.maketrans("ILO", "110")


def new() -> str:
    number = secrets.randbits(128)
    return "".join(ALPHABET[number >> 5 * place & 31] for place in reversed(range(LENGTH)))


def seal(text: str) -> str:
    """The text with each code in it replaced by ``#`` and its SHA-256.

    What looks like a sealed code already is sealed again: a hash that somebody read in the
    database must not open anything. So the channel applies this exactly once.
    """
    text = SEALED.sub(lambda match: "#" + _digest(match[0]), text)
    return _CODE.sub(_seal_match, text)


def hash_of(code: str) -> str:
    """The hash under which a code is kept; the same for I, L and 1, for O and 0."""
    return _digest(code.upper().translate(LOOKALIKES))


def hash_in(text: str) -> str | None:
    """The hash in a sealed text, or None where there was no code."""
    match = SEALED.search(text)
    return match[0][1:] if match else None


def _seal_match(match: re.Match[str]) -> str:
    code = match[2].upper().translate(LOOKALIKES)
    return f"{match[1]}#{_digest(code)}" if set(code) <= set(ALPHABET) else match[0]


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
