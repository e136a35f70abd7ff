"""Formulas of Office Math (ECMA-376, part 1, 22.1) to LaTeX, as formulas stand in text everywhere else."""

import re
from typing import Any

from transforms.read.office.package import attribute, child, local

_ACCENTS = {
    "\u0302": "hat",
    "\u0303": "tilde",
    "\u0304": "bar",
    "\u0305": "bar",
    "\u0307": "dot",
    "\u0308": "ddot",
    "\u20d7": "vec",
    "\u00af": "bar",
}
_OPERATORS = {
    "∑": r"\sum",
    "∏": r"\prod",
    "∫": r"\int",
    "∬": r"\iint",
    "∮": r"\oint",
    "⋃": r"\bigcup",
    "⋂": r"\bigcap",
}
_FUNCTIONS = {
    *("sin", "cos", "tan", "cot", "sec", "csc", "arcsin", "arccos", "arctan", "sinh", "cosh", "tanh"),
    *("log", "ln", "exp", "lim", "max", "min", "sup", "inf", "det", "dim", "gcd", "arg"),
}
_APPLIED = re.compile("([A-Za-z]+)\u2061")
_INVISIBLE = dict.fromkeys(range(0x2061, 0x2065))  # operators that are only meant
_FENCES = {"{": r"\{", "}": r"\}", "": "."}


def formula(element: Any) -> str:
    """Returns a formula, or any part of one, as LaTeX without dollar signs."""
    text = _APPLIED.sub(_called, "".join(_node(each) for each in element))
    return " ".join(text.translate(_INVISIBLE).split())


def _called(found: re.Match[str]) -> str:
    return f"\\{found[1]} " if found[1] in _FUNCTIONS else found[1]


def _node(element: Any) -> str:
    name = local(element)
    match name:
        case "r":
            return "".join(each.text or "" for each in element if local(each) == "t")
        case "t":
            return element.text or ""
        case "f":
            above, below = _part(element, "num"), _part(element, "den")
            if _property(element, "fPr", "type") == "lin":
                return f"{above}/{below}"
            return rf"\frac{{{above}}}{{{below}}}"
        case "sSup" | "sSub" | "sSubSup":
            low = f"_{{{_part(element, 'sub')}}}" if name != "sSup" else ""
            high = f"^{{{_part(element, 'sup')}}}" if name != "sSub" else ""
            return _part(element, "e") + low + high
        case "sPre":
            return f"{{}}_{{{_part(element, 'sub')}}}^{{{_part(element, 'sup')}}}{_part(element, 'e')}"
        case "rad":
            degree = _part(element, "deg")
            return rf"\sqrt{f'[{degree}]' if degree else ''}{{{_part(element, 'e')}}}"
        case "nary":
            return _large(element)
        case "d":
            return _fenced(element)
        case "func":
            called = _part(element, "fName")
            called = f"\\{called}" if called in _FUNCTIONS else called
            return f"{called} {_part(element, 'e')}"
        case "acc":
            sign = _property(element, "accPr", "chr") or "\u0302"
            return rf"\{_ACCENTS.get(sign, 'hat')}{{{_part(element, 'e')}}}"
        case "bar":
            over = _property(element, "barPr", "pos") == "top"
            return rf"\{'overline' if over else 'underline'}{{{_part(element, 'e')}}}"
        case "limLow" | "limUpp":
            sign = "_" if name == "limLow" else "^"
            base = _part(element, "e")
            base = f"\\{base}" if base in _FUNCTIONS else base
            return f"{base}{sign}{{{_part(element, 'lim')}}}"
        case "m":
            rows = [[formula(cell) for cell in row] for row in element if local(row) == "mr"]
            return r"\begin{matrix}" + r" \\ ".join(" & ".join(row) for row in rows) + r"\end{matrix}"
        case "eqArr":
            return r" \\ ".join(formula(each) for each in element if local(each) == "e")
        case _ if name.endswith("Pr"):
            return ""
    return "".join(_node(each) for each in element)


def _part(element: Any, name: str) -> str:
    found = child(element, name)
    return "" if found is None else formula(found)


def _property(element: Any, *path: str) -> str | None:
    found = child(element, *path)
    return None if found is None else attribute(found, "val") or ""


def _large(element: Any) -> str:
    sign = _property(element, "naryPr", "chr") or "∫"
    low, high = _part(element, "sub"), _part(element, "sup")
    limits = (f"_{{{low}}}" if low else "") + (f"^{{{high}}}" if high else "")
    return f"{_OPERATORS.get(sign, sign)}{limits} {_part(element, 'e')}"


def _fenced(element: Any) -> str:
    left, right = _property(element, "dPr", "begChr"), _property(element, "dPr", "endChr")
    inner = [formula(each) for each in element if local(each) == "e"]
    between = _property(element, "dPr", "sepChr") or "|"
    left, right = ("(" if left is None else left), (")" if right is None else right)
    if (left, right) in (("(", ")"), ("[", "]"), ("|", "|")):
        return left + between.join(inner) + right
    return rf"\left{_FENCES.get(left, left)}{between.join(inner)}\right{_FENCES.get(right, right)}"
