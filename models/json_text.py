"""JSON as text: by a fast library, and by Python's own where that one refuses.

The fast one takes no number beyond 64 bits, no half of a surrogate pair and no keys but text, all
of which a platform may send. Neither takes what is not JSON's: times, decimals, objects.
"""

import json
from typing import Any

import orjson

_PLAIN = orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_PASSTHROUGH_DATACLASS


def write(value: Any) -> str:
    """In one line, Vietnamese signs as they are. Raises TypeError or ValueError."""
    return write_bytes(value).decode()


def write_bytes(value: Any) -> bytes:
    """The same, as it goes over a line."""
    try:
        return orjson.dumps(value, option=_PLAIN)
    except TypeError:
        return json.dumps(value).encode()


def read(text: str | bytes) -> Any:
    """What JSON has no number for (NaN, Infinity) is None; an integer beyond 64 bits may be the
    nearest float. Raises ValueError."""
    try:
        return orjson.loads(text)
    except ValueError:
        return json.loads(text, parse_constant=lambda _: None)


# For SQLAlchemy's engines and dialects.
IN_COLUMNS: dict[str, Any] = {"json_serializer": write, "json_deserializer": read}
