"""What expressions read from outside the program: environment variables and settings files."""

from __future__ import annotations

import ast
import re
from typing import Any

from agentprobe.scan.facts import Known
from agentprobe.scan.literals import CONVERTERS, NOT_FOUND, literal
from agentprobe.scan.module import Module, argument

_ENVIRONMENT = ("os.environ.get", "os.getenv", "environ.get", "getenv", "decouple.config", "environs.Env")
DEEPEST = 6


def from_outside(module: Module, node: ast.expr, depth: int) -> tuple[Known, str, Any] | None:
    """What comes from an environment variable or from a settings file, its name and its default."""
    found = _from_environment(module, node)
    if found is not None:
        return Known.ENVIRONMENT, *found
    read = _from_settings(module, node) if depth < DEEPEST else None
    return (Known.SETTING, *read) if read is not None else None


_LOADERS = re.compile(
    r"^(?:json|yaml|toml|tomllib|tomli|ruamel\.yaml\.YAML|commentjson|orjson)\.(?:safe_|full_)?loads?$"
    r"|^dotenv\.dotenv_values$|^omegaconf\.OmegaConf\.load$"
)
_FILE = re.compile(r"[\w.-]+\.(?:json|jsonc|ya?ml|toml|env)$|^\.env[\w.]*$")


def _from_settings(module: Module, node: ast.expr) -> tuple[str, Any] | None:
    """The file and keys of `config["a"]["b"]` or `config.get("a", 1)`, where a file was loaded."""
    keys: list[str] = []
    default: Any = NOT_FOUND
    for _ in range(6):
        key: ast.expr | None
        if isinstance(node, ast.Subscript):
            key, node = node.slice, node.value
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "get":
            key = argument(node, "key", 0)
            if not keys:
                default = literal(module, argument(node, "default", 1))
            node = node.func.value
        elif isinstance(node, ast.Name | ast.Attribute):
            meant = module.value(node)
            if meant is None or meant is node:
                return None
            node = meant
            continue
        else:
            break
        name = literal(module, key)
        if not isinstance(name, str):
            return None
        keys.insert(0, name)
    if not keys or not isinstance(node, ast.Call) or not _LOADERS.match(module.qualified(node.func)):
        return None
    return f"{_file_in(module, node)}#{'.'.join(keys)}", default


def _file_in(module: Module, call: ast.Call) -> str:
    """The name of the settings file that a loader reads, by the texts in it and in what it is given."""
    waiting: list[ast.expr | None] = list(call.args)
    for _ in range(12):
        if not waiting:
            break
        node = waiting.pop(0)
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            match = _FILE.search(node.value)
            if match:
                return match[0]
        elif isinstance(node, ast.Call):
            waiting += [node.func, *node.args]
        elif isinstance(node, ast.BinOp):
            waiting += [node.right, node.left]
        elif isinstance(node, ast.Attribute):
            waiting.append(node.value)
        elif isinstance(node, ast.Name):
            bound = [its for _, its in module.bound(node)]
            waiting += bound[:1]
    return ""


def _from_environment(module: Module, node: ast.expr, depth: int = 0) -> tuple[str, Any] | None:
    """The variable and its default, of `os.getenv("X", 1)`, `os.environ["X"]`, `int(os.getenv("X") or 3)`."""
    if depth > 4:
        return None
    if isinstance(node, ast.Subscript) and module.qualified(node.value) in ("os.environ", "environ"):
        name = literal(module, node.slice)
        return (name, NOT_FOUND) if isinstance(name, str) else None
    if isinstance(node, ast.Call):
        called = module.qualified(node.func)
        if called in _ENVIRONMENT and node.args:
            name = literal(module, node.args[0])
            default = argument(node, "default", 1)
            return (name, literal(module, default)) if isinstance(name, str) else None
        if called in CONVERTERS and node.args:
            found = _from_environment(module, node.args[0], depth + 1)
            return _converted(found, called)
    if isinstance(node, ast.BoolOp) and isinstance(node.op, ast.Or) and len(node.values) == 2:
        found = _from_environment(module, node.values[0], depth + 1)
        return (found[0], literal(module, node.values[1])) if found else None
    return None


def _converted(found: tuple[str, Any] | None, how: str) -> tuple[str, Any] | None:
    if found is None or found[1] is NOT_FOUND or found[1] is None:
        return found
    try:
        return found[0], CONVERTERS[how](found[1])
    except (TypeError, ValueError):
        return found[0], NOT_FOUND
