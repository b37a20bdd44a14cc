"""Templates with words in them: no sentence stands in a template or a script."""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from bot.web.entries import Entry
from bot.words import ZONE, Words

HERE = Path(__file__).parent
TEMPLATES = (HERE / "templates", HERE.parent / "demo" / "templates")
STATIC = (HERE / "static", HERE.parent / "demo" / "static")


class Renderer:
    def __init__(self, words: Words) -> None:
        self._words = words
        self._environment = Environment(
            loader=FileSystemLoader([str(path) for path in TEMPLATES]),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.globals["static"] = _versions().__getitem__
        self._environment.filters["clock"] = lambda at: f"{at.astimezone(ZONE):%H:%M}"
        self._environment.filters["iso"] = lambda at: at.astimezone(ZONE).isoformat("T", "minutes")
        self._environment.filters["day"] = lambda at: at.astimezone(ZONE).date().isoformat()
        self._environment.filters["inline_json"] = inline_json

    def page(self, name: str, language: str, **values: Any) -> str:
        template = self._environment.get_template(name)
        return template.render(self._common(language), **values)

    def entry(self, entry: Entry, language: str) -> str:
        """One bubble as a piece of the page, the same as the page itself has it."""
        template = self._environment.get_template("entry.html")
        return template.render(self._common(language), entry=entry)

    def _common(self, language: str) -> Mapping[str, Any]:
        def word(name: str, /, **values: Any) -> str:
            return self._words.plain(name, language, **values)

        def marked(name: str, /, **values: Any) -> Markup:
            """The same with what is bold in it."""
            spans = self._words.text(name, values, language)
            bits = (Markup("<strong>{}</strong>") if span.bold else Markup("{}") for span in spans)
            return Markup("").join(
                bit.format(span.text) for bit, span in zip(bits, spans, strict=True)
            )

        def day_name(at: datetime) -> str:
            local = at.astimezone(ZONE)
            weekday = word(f"weekday.{local.weekday()}")
            return word("web.day", weekday=weekday, day=f"{local:%d/%m/%Y}")

        return {"w": word, "b": marked, "day_name": day_name, "language": language}


def script_words(words: Words, language: str) -> dict[str, str]:
    """The sentences a script needs, by their names without the prefix; ``{…}`` stay in them."""
    prefix = "web.script."
    found = words.names(language)
    return {name.removeprefix(prefix): found[name] for name in found if name.startswith(prefix)}


def inline_json(value: Any) -> Markup:
    """JSON that can stand inside an element of a page."""
    text = json.dumps(value, ensure_ascii=False)
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return Markup(text)


def static_files() -> dict[str, Path]:
    """All scripts, styles and pictures by their names; nothing else is ever served as a file."""
    return {path.name: path for folder in STATIC for path in sorted(folder.iterdir())}


def _versions() -> dict[str, str]:
    """The address of each static file, with a mark of its content so that it can be kept."""
    return {
        path.name: f"/static/{path.name}?v={hashlib.sha256(path.read_bytes()).hexdigest()[:10]}"
        for path in static_files().values()
    }
