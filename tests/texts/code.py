"""What the code says: every message, choice and refusal that it names, read from its syntax."""

import ast
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
PACKAGES = ("bot", "handlers", "models", "jobs")

# Where the name stands among the positional arguments of a call.
SPEAKERS = {"say": 0, "end": 0, "fail": 0, "_say": 0, "ask": 1, "tell": 1, "enqueue": 1}
MAKERS = {"Part": "", "Refusal": "refusal.", "Choice": "choice."}


@dataclass(frozen=True)
class Use:
    """A message that is named somewhere. ``values`` are those given by name; ``open`` if there
    may be others (``**values``)."""

    name: str
    place: str
    call: str
    values: frozenset[str]
    open: bool


@dataclass
class Said:
    """All that the code names; ``mentioned`` are all its strings, ``patterns`` its f-strings
    and beginnings of names."""

    uses: list[Use] = field(default_factory=list)
    mentioned: Counter[str] = field(default_factory=Counter)
    patterns: list[re.Pattern[str]] = field(default_factory=list)


def read_code() -> Said:
    said = Said()
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            said.uses.extend(_uses(tree, str(path.relative_to(ROOT))))
            _read_strings(tree, said)
    for suffix in ("*.html", "*.js"):
        for path in (ROOT / "bot").rglob(suffix):
            text = path.read_text("utf-8")
            said.mentioned.update(re.findall(r"[\"'`]([\w.]+)[\"'`]", text))
            beginnings = set(re.findall(r'"([a-z_]+\.)" ~', text))  # Of a name: "demo." ~ phase
            said.patterns += [re.compile(re.escape(each) + r"[\w.]+") for each in beginnings]
    return said


def _uses(tree: ast.Module, file: str) -> Iterator[Use]:
    for scope in _scopes(tree):
        constants = _constants(scope)
        # What a duty owes becomes a reminder, which adds its own values to the message.
        continued = getattr(scope, "name", "") in ("debt_of", "share_of")
        for call in _calls_of(scope):
            for use in _uses_in(call, constants, file):
                yield replace(use, open=use.open or continued)


def _scopes(tree: ast.Module) -> Iterator[ast.AST]:
    """The module and every function: where a variable may stand for a name."""
    yield tree
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            yield node


def _calls_of(scope: ast.AST) -> Iterator[ast.Call]:
    """The calls in a scope, without those of the functions within it."""
    inner = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
    waiting = list(ast.iter_child_nodes(scope))
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Call):
            yield node
        if not isinstance(node, inner):
            waiting.extend(ast.iter_child_nodes(node))


def _uses_in(call: ast.Call, constants: dict[str, set[str]], file: str) -> Iterator[Use]:
    if isinstance(call.func, ast.Attribute):
        function = call.func.attr
        position, prefix = SPEAKERS.get(function), ""
    elif isinstance(call.func, ast.Name):
        function = call.func.id
        position, prefix = (0, MAKERS[function]) if function in MAKERS else (None, "")
    else:
        return
    if position is None or len(call.args) <= position:
        return
    given = {keyword.arg for keyword in call.keywords if keyword.arg}
    is_open = any(keyword.arg is None for keyword in call.keywords)
    if function == "enqueue" and len(call.args) > 2:
        keys = call.args[2].keys if isinstance(call.args[2], ast.Dict) else [None]
        given |= {key.value for key in keys if isinstance(key, ast.Constant)}
        is_open = is_open or None in keys
    place = f"{file}:{call.lineno}"
    for name in _strings(call.args[position], constants):
        yield Use(prefix + name, place, function, frozenset(given), is_open)


def _strings(node: ast.expr, constants: dict[str, set[str]]) -> set[str]:
    """The strings that an expression can be, as far as that is written down."""
    match node:
        case ast.Constant(value=str(text)):
            return {text}
        case ast.IfExp():
            return _strings(node.body, constants) | _strings(node.orelse, constants)
        case ast.Name():
            return constants.get(node.id, set())
    return set()


def _constants(scope: ast.AST) -> dict[str, set[str]]:
    """Variables of a scope to which strings are assigned."""
    found: dict[str, set[str]] = {}
    for node in ast.walk(scope):
        if not isinstance(node, ast.Assign):
            continue
        for target in node.targets:
            for variable, value in _pairs(target, node.value):
                found.setdefault(variable, set()).update(_strings(value, {}))
    return found


def _pairs(target: ast.expr, value: ast.expr) -> Iterator[tuple[str, ast.expr]]:
    if isinstance(target, ast.Name):
        yield target.id, value
    elif isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
        for each, part in zip(target.elts, value.elts, strict=False):
            yield from _pairs(each, part)


def _read_strings(tree: ast.Module, said: Said) -> None:
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            said.mentioned[node.value] += 1
            if re.fullmatch(r"[a-z_]+\.[a-z_]+\.", node.value):
                said.patterns.append(re.compile(re.escape(node.value) + r"[\w.]+"))
        if isinstance(node, ast.JoinedStr) and (pattern := _pattern(node)):
            said.patterns.append(pattern)


def _pattern(node: ast.JoinedStr) -> re.Pattern[str] | None:
    """``f"what.{name}"`` as a pattern. ``choice.`` and ``refusal.`` are read otherwise."""
    texts = [v.value if isinstance(v, ast.Constant) else None for v in node.values]
    if not isinstance(texts[0], str) or not re.fullmatch(r"[a-z_.]{4,}", texts[0]):
        return None
    if texts[0] in ("choice.", "refusal."):
        return None
    return re.compile("".join(re.escape(str(t)) if t is not None else r"[\w.]*" for t in texts))
