"""The settings of a fault: which it has, whether their values can be meant, and how they are spelled."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import MISSING, fields
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal, get_args, get_origin, get_type_hints

import msgspec

from agentprobe.errors import ConfigError, did_you_mean

if TYPE_CHECKING:
    from agentprobe.chaos.fault import Fault

_BARE = re.compile(r"(?!(?:true|false)\Z)[A-Za-z_]\w*\Z", re.ASCII)


@cache
def settings_of(kind: type[Fault]) -> Mapping[str, Any]:
    """Each setting of a fault with the type and the limits of its values."""
    hints = get_type_hints(kind, include_extras=True)
    return MappingProxyType({f.name: hints[f.name] for f in fields(kind) if f.name != "occasion"})


def check_settings(kind: type[Fault], settings: Mapping[str, Any], where: str = "") -> None:
    """Raises ConfigError for a setting that the fault does not have, or a value that cannot be meant."""
    known = settings_of(kind)
    for name, value in settings.items():
        if name not in known:
            raise ConfigError(f"{kind.name} has no setting '{name}'{where}{did_you_mean(name, known)}")
        try:
            msgspec.convert(value, known[name], strict=True)
        except msgspec.ValidationError as error:
            told = f"setting '{name}' of {kind.name} cannot be {value!r}{where}"
            raise ConfigError(told + _reason(value, known[name], error)) from error


def _reason(value: object, wanted: Any, error: msgspec.ValidationError) -> str:
    if get_origin(wanted) is Literal:
        return did_you_mean(str(value), map(str, get_args(wanted)))
    return f"; {str(error)[0].lower()}{str(error)[1:].replace('`', '')}"


def make_fault(kind: type[Fault], settings: Mapping[str, Any], where: str) -> Fault:
    """A fault with these settings; raises ConfigError that says `where` and names the nearest setting."""
    check_settings(kind, settings, where)
    return kind(**settings)


def changed_settings(fault: Fault) -> dict[str, Any]:
    """The settings that differ from their defaults, in the order of the fault's page."""
    changed = {}
    for field in fields(fault):
        value = getattr(fault, field.name)
        if field.name != "occasion" and (field.default is MISSING or value != field.default):
            changed[field.name] = value
    return changed


def spelled(value: object) -> str:
    """A setting's value as it is written in a schedule."""
    if isinstance(value, str) and _BARE.match(value):
        return value
    if isinstance(value, bool | str):
        return json.dumps(value, ensure_ascii=False)
    return repr(value).removesuffix(".0")
