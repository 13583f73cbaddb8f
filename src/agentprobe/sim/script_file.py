"""Script files: a scripted policy in TOML or JSON, read strictly, because people write them.

[[turns]]
calls = [{ tool = "weather", arguments = { city = "Oslo" } }]

[[turns]]
text = "It rains."
alternatives = [{ text = "Rain.", weight = 0.3 }]

[[turns]]
when = { result_contains = "error" }
text = "I could not find out."
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Annotated, Any

import msgspec

from agentprobe.domain.model import Finish
from agentprobe.errors import ConfigError, did_you_mean
from agentprobe.sim.policy import Option, call, refuse, say
from agentprobe.sim.script import Script, Turn, When

Weight = Annotated[float, msgspec.Meta(ge=0)]


class WishText(msgspec.Struct, forbid_unknown_fields=True):
    """A tool call as it stands in a script; arguments given as a string are sent as they stand."""

    tool: str
    arguments: dict[str, Any] | str = {}


class AnswerText(msgspec.Struct, forbid_unknown_fields=True):
    """An answer as it stands in a script: text, tool calls or both, or a refusal."""

    text: str | None = None
    calls: tuple[WishText, ...] = ()
    refusal: str | None = None
    finish: Finish | None = None
    weight: Weight = 1.0


class WhenText(msgspec.Struct, forbid_unknown_fields=True):
    """A condition as it stands in a script."""

    turn: Annotated[int, msgspec.Meta(ge=1)] | None = None
    user_contains: str | None = None
    result_contains: str | None = None
    system_contains: str | None = None


class TurnText(AnswerText, forbid_unknown_fields=True):
    """A turn as it stands in a script: an answer, what could be said instead, and when."""

    when: WhenText | None = None
    alternatives: tuple[AnswerText, ...] = ()


class ScriptText(msgspec.Struct, forbid_unknown_fields=True):
    """A whole script file."""

    turns: Annotated[tuple[TurnText, ...], msgspec.Meta(min_length=1)]


PARTS: dict[str, type[msgspec.Struct]] = {
    "": ScriptText,
    "turns": TurnText,
    "when": WhenText,
    "calls": WishText,
    "alternatives": AnswerText,
}
"""What stands under which key, to name the nearest when one is unknown."""


def read_script(path: Path) -> Script:
    """Read a script file; raises ConfigError that says what is wrong, where, and what was probably meant."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ConfigError(f"cannot read the script {path}: {error.strerror}") from error
    return parse_script(data, path.name)


def parse_script(data: bytes, name: str) -> Script:
    """Read a script from its bytes; `name` ends in .toml or .json and begins every message."""
    try:
        tree = msgspec.json.decode(data) if name.endswith(".json") else tomllib.loads(data.decode())
        text = msgspec.convert(tree, ScriptText)
    except msgspec.ValidationError as error:
        raise ConfigError(f"{name}: {_explained(str(error))}") from error
    except (msgspec.DecodeError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{name}: {error}") from error
    return Script(*(_turn(turn, f"{name}: turns[{at}]") for at, turn in enumerate(text.turns)))


def _turn(turn: TurnText, where: str) -> Turn:
    others = (_option(other, f"{where}.alternatives[{at}]") for at, other in enumerate(turn.alternatives))
    options = (_option(turn, where), *others)
    if not any(option.weight for option in options):
        raise ConfigError(f"{where}: every weight is 0, so nothing can be said; give one a weight above 0")
    when = None if turn.when is None else When(**msgspec.structs.asdict(turn.when))
    return Turn(options, when)


def _option(answer: AnswerText, where: str) -> Option:
    if answer.refusal is not None:
        if answer.text is not None or answer.calls or answer.finish is not None:
            raise ConfigError(f"{where}: a refusal stands alone; remove text, calls and finish beside it")
        return refuse(answer.refusal, weight=answer.weight)
    if answer.calls:
        wishes = ((wish.tool, wish.arguments) for wish in answer.calls)
        return call(*wishes, text=answer.text or "", weight=answer.weight, finish=answer.finish)
    if answer.text is None:
        raise ConfigError(f"{where}: says nothing; give it text, calls or a refusal (text = '' is allowed)")
    return say(answer.text, weight=answer.weight, finish=answer.finish)


def _explained(message: str) -> str:
    """A decoder's message in our words: where first, and the nearest name for one that is unknown."""
    what, _, path = message.partition(" - at `$")
    path = path.rstrip("`").lstrip(".")
    place = f"{path}: " if path else ""
    if found := re.fullmatch(r"Object contains unknown field `(.+)`", what):
        keys = re.findall(r"[a-z_]+", path)
        known = PARTS[keys[-1] if keys else ""].__struct_fields__
        return f"{place}unknown key '{found[1]}'{did_you_mean(found[1], known)}"
    if found := re.fullmatch(r"Invalid enum value '(.+)'", what):
        return f"{place}unknown value '{found[1]}'{did_you_mean(found[1], list(Finish))}"
    return f"{place}{what}"
