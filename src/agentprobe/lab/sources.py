"""What a piece of the user's code consists of, so that evidence about older code is never taken for new.

A digest covers a module, the modules of the project's folder that it imports, directly or through others,
and every file in that folder whose name the code spells out (a prompt, a schema, a script). Logs, databases
and the like are results and not sources, so that writing one does not make a run look new.
"""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Iterable, Iterator
from functools import cached_property
from pathlib import Path

from agentprobe.basis.canonical import digest, digest_of
from agentprobe.errors import ConfigError

_PASSED_OVER = {"__pycache__", "node_modules", "venv", "site-packages"}
_SCRIPTS = ("", ".js", ".mjs", ".cjs", ".ts", ".rb", ".sh")
_RESULTS = {".db", ".err", ".html", ".jsonl", ".lock", ".log", ".out", ".pid", ".sqlite", ".sqlite3", ".tmp"}
_QUOTED = re.compile(r"""["'`]([^"'`\n]{1,200})["'`]""")
_MOST_FILES = 20_000


class Sources:
    """The code in one folder; files are looked at once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder.resolve()

    def of_reference(self, reference: str, files: Iterable[str] = ()) -> str:
        """The digest of what `module:name` stands for, with further files by pattern."""
        return self._digest(self._modules(reference.partition(":")[0]), files)

    def of_words(self, words: Iterable[str], files: Iterable[str] = ()) -> str:
        """The digest of the files among a command's words."""
        named = (self._folder / word for word in words)
        return self._digest((path for path in named if _is_file(path)), files)

    def _digest(self, first: Iterable[Path], patterns: Iterable[str]) -> str:
        more = (path for pattern in patterns for path in self._matching(pattern) if path.is_file())
        found = self._reached([*first, *more])
        names = {str(path.relative_to(self._folder)): path for path in found}
        return digest_of([(name, digest(names[name].read_bytes())) for name in sorted(names)])

    def _matching(self, pattern: str) -> Iterator[Path]:
        try:
            yield from self._folder.glob(pattern)
        except (NotImplementedError, ValueError) as error:
            said = f"'{pattern}' among an agent's files is no pattern from the settings file's folder"
            raise ConfigError(f'{said}; write it as in "prompts/*.txt"') from error

    def _reached(self, first: Iterable[Path]) -> set[Path]:
        """Everything that can be reached from these files by imports and by names spelled out."""
        found: set[Path] = set()
        waiting = [path.resolve() for path in first]
        while waiting:
            path = waiting.pop()
            if path in found or not path.is_relative_to(self._folder):
                continue
            found.add(path)
            waiting += self._mentions(path)
        return found

    def _mentions(self, path: Path) -> Iterator[Path]:
        text = path.read_bytes().decode(errors="replace")
        if path.suffix != ".py":
            for name in set(_QUOTED.findall(text)):
                yield from self._named(name, _SCRIPTS)
            return
        try:
            tree = ast.parse(text)
        except (SyntaxError, ValueError):
            return
        for node in ast.walk(tree):
            match node:
                case ast.Import(names=names):
                    for alias in names:
                        yield from self._modules(alias.name)
                case ast.ImportFrom():
                    yield from self._imported_from(node, path)
                case ast.Constant(value=str(name)):
                    yield from self._named(name, ("",))

    def _imported_from(self, node: ast.ImportFrom, path: Path) -> Iterator[Path]:
        start = path.parents[node.level - 1] if node.level else self._folder
        for name in (node.module or "", *(f"{node.module or ''}.{alias.name}" for alias in node.names)):
            yield from self._modules(name.strip("."), start)

    def _modules(self, dotted: str, start: Path | None = None) -> Iterator[Path]:
        """The files that importing a dotted name runs, where they lie in the folder."""
        place = start or self._folder
        for part in filter(None, dotted.split(".")):
            place = place / part
            for path in (place.with_name(f"{part}.py"), place / "__init__.py"):
                if path.is_file():
                    yield path.resolve()

    def _named(self, name: str, endings: Iterable[str]) -> Iterator[Path]:
        last = name.rpartition("/")[2]
        for ending in endings:
            yield from self._files.get(last + ending, ())

    @cached_property
    def _files(self) -> dict[str, list[Path]]:
        """Every file with an ending, by its name."""
        found: dict[str, list[Path]] = {}
        count = 0
        for here, folders, files in os.walk(self._folder):
            folders[:] = sorted(f for f in folders if f[0] != "." and f not in _PASSED_OVER)
            for file in files:
                path = Path(here, file)
                if path.suffix and path.suffix not in _RESULTS and file != "agentprobe.toml":
                    found.setdefault(file, []).append(path)
                    count += 1
            if count > _MOST_FILES:
                break
        return found


def _is_file(path: Path) -> bool:
    """Is there such a file? A word of a command may be too long to be the name of one."""
    try:
        return path.is_file()
    except OSError:
        return False
