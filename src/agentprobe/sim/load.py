"""Finding a policy by what a user wrote: a name, a script file or `module:object`."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from typing import Any

from agentprobe.errors import ConfigError, described, did_you_mean
from agentprobe.sim.policies import POLICIES
from agentprobe.sim.policy import Policy
from agentprobe.sim.script_file import read_script

SCRIPTS = (".toml", ".json")
_SEARCHED: set[Path] = set()
"""The users' folders that this process has imported from; two of them may have modules of one name."""


def load_policy(text: str, folder: Path) -> Policy:
    """The policy that `text` means, read from `folder`.

    A catalogue name (`echo`), a script (`rain.toml`), or `module:object` where the object is a policy or a
    class that makes one. Raises ConfigError for anything else.
    """
    if text.endswith(SCRIPTS):
        return read_script(folder / text)
    if ":" not in text:
        return POLICIES.get(text)()
    found = load_object(text, folder)
    policy = _made(found, text) if isinstance(found, type) else found
    if not isinstance(policy, Policy):
        raise ConfigError(f"'{text}' is no policy: it has no method options(request)")
    return policy


def load_object(text: str, folder: Path) -> Any:
    """What `module:object` names, with `folder` searched first and left on the import path."""
    name, _, attribute = text.partition(":")
    module = _module(name, folder, text)
    if not hasattr(module, attribute):
        near = did_you_mean(attribute, (known for known in vars(module) if known[0] != "_"))
        raise ConfigError(f"'{text}': {name} has no '{attribute}'{near}")
    return getattr(module, attribute)


def _module(name: str, folder: Path, text: str) -> Any:
    _search_first(folder.resolve(), name.partition(".")[0])
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name != name.partition(".")[0] and error.name != name:
            raise ConfigError(f"'{text}': {name} cannot be imported: {error}") from error
        near = did_you_mean(name, (file.stem for file in folder.glob("*.py")))
        raise ConfigError(f"'{text}': no module '{name}' in {folder}{near}") from error
    except (Exception, SystemExit) as error:
        raise ConfigError(f"'{text}': {name} cannot be imported: {described(error)}") from error


def _search_first(folder: Path, name: str) -> None:
    """Put `folder` at the head of the import path, and forget what other folders have under its names."""
    if sys.path[:1] != [str(folder)]:
        sys.path[:] = [str(folder), *(place for place in sys.path if place != str(folder))]
    importlib.invalidate_caches()
    for own in (file.stem for file in folder.glob("*.py")):
        known = getattr(sys.modules.get(own), "__file__", None)
        home = Path(known).resolve().parent if known else folder
        if home != folder and (own == name or home in _SEARCHED):
            del sys.modules[own]
    _SEARCHED.add(folder)


def _made(kind: type, text: str) -> Any:
    try:
        return kind()
    except TypeError as error:
        raise ConfigError(f"'{text}' cannot be made without arguments: {error}") from error
