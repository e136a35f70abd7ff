"""What may stand in ``[quality]``: presets, and limits of single rules over them."""

import json
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field, PlainValidator, WithJsonSchema, create_model

from pipelines.config.base import Flag, Table
from pipelines.config.names import hint
from schemas.specs import QualitySpec
from transforms.quality import PRESETS, RULES, Side, limits_of

_OFF = {"const": False}
_NUMBER = {"type": "number"}
_TWO = {"type": "array", "items": _NUMBER, "minItems": 2, "maxItems": 2}
_WANTED = {
    Side.LEAST: "must be the least value that stays, or false",
    Side.MOST: "must be the greatest value that stays, or false",
    Side.BOTH: "must be [least, greatest] value that stays, or false",
}


def _check_preset(value: object) -> tuple[str, ...]:
    names = [value] if isinstance(value, str) else value
    if not isinstance(names, list | tuple) or not names:
        raise ValueError(f"must be one of {_known()}, or a list of them")
    for name in names:
        if name not in PRESETS:
            shown = f'"{name}"' if isinstance(name, str) else name
            raise ValueError(f"must be one of {_known()}, not {shown}{hint(str(name), PRESETS)}")
    return tuple(names)


def _known() -> str:
    return ", ".join(f'"{name}"' for name in PRESETS)


def _rule(name: str) -> Any:
    """Returns the type of a rule's key: its limits (least, greatest), or False."""
    side = RULES[name].side

    def check(value: Any) -> tuple[float | None, float | None] | bool:
        if value is False:
            return False
        if (
            side is Side.BOTH
            and isinstance(value, list | tuple)
            and list(map(_is_number, value)) == [True] * 2
        ):
            low, high = map(float, value)
            if low > high:
                raise ValueError(f"nothing is at least {low:g} and at most {high:g}")
            return low, high
        if side is not Side.BOTH and _is_number(value):
            return (float(value), None) if side is Side.LEAST else (None, float(value))
        raise ValueError(f"{_WANTED[side]}, not {json.dumps(value, default=str)}")

    form = {"anyOf": [_OFF, _TWO if side is Side.BOTH else _NUMBER]}
    return Annotated[Any, PlainValidator(check), WithJsonSchema(form)]


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value == value


if TYPE_CHECKING:

    class RulesTable(Table):
        """A key for every rule."""

else:
    RulesTable = create_model(
        "RulesTable",
        __base__=Table,
        __doc__="Limits of single rules: a number, [least, greatest], or false.",
        **{
            name: (_rule(name), Field(default=None, description=f"{rule.text}."))
            for name, rule in RULES.items()
        },
    )


class QualityTable(Table):
    """What is measured of each text, and which texts are refused."""

    enabled: Flag = True
    """False measures nothing."""
    preset: Annotated[
        tuple[str, ...],
        PlainValidator(_check_preset),
        WithJsonSchema(
            {
                "anyOf": [
                    {"enum": list(PRESETS)},
                    {"type": "array", "items": {"enum": list(PRESETS)}, "minItems": 1},
                ]
            }
        ),
    ] = ("none",)
    """Published sets of limits: "none" only measures; of a list, later ones go over earlier ones."""
    rules: RulesTable = RulesTable()
    """Limits of single rules, over those of the preset."""


def quality_spec(*layers: QualityTable | None) -> QualitySpec:
    """Returns what the step must know: what a later layer states goes over what an earlier one does.

    A layer's rules go over those of the layers before, rule by rule; all of them over the preset.
    """
    enabled = True
    presets: tuple[str, ...] = ("none",)
    changes: dict[str, tuple[float | None, float | None] | None] = {}
    for layer in layers:
        if layer is None:
            continue
        enabled = layer.enabled if "enabled" in layer.model_fields_set else enabled
        presets = layer.preset if "preset" in layer.model_fields_set else presets
        for rule in layer.rules.model_fields_set:
            changes[rule] = getattr(layer.rules, rule) or None
    return QualitySpec(enabled, limits_of(presets, changes))
