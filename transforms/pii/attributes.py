"""Personal data in what a document says of itself: JSON whose texts are looked through one by one.

A text of an object is judged with its name before it (``phone: 2127365000``), and a number like a text.
Names are texts, too.
"""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import orjson

from transforms.pii.find import Rules, find
from transforms.pii.kinds import Kind


def hide_json(json: str, rules: Rules) -> tuple[str, Counter[Kind]]:
    """Returns JSON with placeholders for what is hidden, and how much of each kind was found in it.

    Args:
        json: An object or a list; it is returned itself if nothing is hidden.
        rules: What is looked for.
    """
    value = orjson.loads(json)
    # One pass over all texts tells most objects clean; nothing is found across the end of a line.
    if not find("\n".join(_lines(value, "")), rules.seen, rules.regions):
        return json, Counter()
    counts: Counter[Kind] = Counter()
    hidden = _hide(value, "", rules, counts)
    return (json, counts) if hidden == value else (orjson.dumps(hidden).decode(), counts)


def _lines(value: Any, name: str) -> Iterator[str]:
    match value:
        case str():
            yield f"{name}{value}"
        case dict():
            for key, item in value.items():
                yield key
                yield from _lines(item, f"{key}: ")
        case list():
            for item in value:
                yield from _lines(item, name)
        case int() if not isinstance(value, bool):
            yield f"{name}{value}"


def _hide(value: Any, name: str, rules: Rules, counts: Counter[Kind]) -> Any:
    match value:
        case str():
            return _hide_text(value, name, rules, counts)
        case dict():
            changed: dict[str, Any] = {}
            for key, item in value.items():
                shown = _hide_text(key, "", rules, counts)
                while shown in changed:  # two addresses must not become one
                    shown += "'"
                changed[shown] = _hide(item, f"{key}: ", rules, counts)
            return changed
        case list():
            return [_hide(item, name, rules, counts) for item in value]
        case int() if not isinstance(value, bool):
            written = str(value)
            shown = _hide_text(written, name, rules, counts)
            return value if shown == written else shown
    return value


def _hide_text(text: str, before: str, rules: Rules, counts: Counter[Kind]) -> str:
    shown, found = rules.hide(text, before)
    counts.update(found)
    return shown
