"""Agents that are commands in any language: run as they are, behind a gateway of the worker's own."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import threading
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import BinaryIO

from agentprobe.adapters.active import KILLED, Active
from agentprobe.adapters.handed_down import handing_down
from agentprobe.chaos.schedule import Schedule
from agentprobe.errors import ConfigError
from agentprobe.gateway.background import BackgroundGateway, background
from agentprobe.gateway.surroundings import routes, surroundings
from agentprobe.lab.cleaning import beginning
from agentprobe.lab.runners.surroundings import provider_urls
from agentprobe.lab.seen import Ending
from agentprobe.lab.settings import ModelChoice

LOOK_SECONDS = 0.5
"""How often it is seen how much an agent has printed."""
MOST_PRINTED = 1 << 26
"""An agent that prints more bytes than this is ended."""
_TAIL = 1 << 12
_ERROR = re.compile(r"[\s|]*(?:[\w.]+\.)?\w*(?:Error|Exception)\b.*")
"""A line that names an error: the last that Python writes, but not the last of other languages.

The errors of a group stand behind a bar.
"""


@dataclass
class Commander:
    """Starts commands behind one gateway, which opens with the first of them; several threads may use it."""

    folder: Path
    model: ModelChoice
    seconds: float
    _stack: ExitStack = field(default_factory=ExitStack)
    _gateway: BackgroundGateway | None = None
    _children: set[subprocess.Popen[bytes]] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def run(
        self,
        words: tuple[str, ...],
        prompt: str,
        active: Active,
        env: Mapping[str, str],
        output: Path,
        *,
        restarts: int = 0,
    ) -> Ending:
        """Run a command to its end; what it prints is the answer.

        Where a fault kills it, it is started again without such faults, `restarts` times at most.
        """
        clock = active.session.clock
        began = clock.now()
        with active:
            found = routes({} if self.model.simulated else os.environ, provider_urls(self.model))
            door = self._opened().open_session(active, {route.provider: route.upstream for route in found})
            known = len(self._opened().defects)
            around = {**os.environ, **env}
            told = surroundings(around, door, found, quiet=True, simulated=self.model.simulated)
            joining = replace(active.orders, door=door)
            try:
                with handing_down(joining.to_json(), told) as environment:
                    ending = self._finished(words, prompt, environment, output)
                if ending.killed and restarts:
                    spared = replace(joining, schedule=str(Schedule.parse(joining.schedule).without_kills()))
                    with handing_down(spared.to_json(), told) as environment:
                        ending = replace(self._finished(words, prompt, environment, output), restarts=1)
            finally:
                self._opened().close_session(door)
            if defects := self._opened().defects[known:]:
                said = f"a defect of agentprobe: {type(defects[-1]).__name__}: {defects[-1]}"
                ending = replace(ending, house_failure=said)
        return replace(ending, seconds=clock.now() - began)

    def _finished(self, words: tuple[str, ...], prompt: str, env: dict[str, str], output: Path) -> Ending:
        command = [word.replace("{prompt}", prompt) for word in words]
        with _private(output.with_suffix(".out")) as out, _private(output.with_suffix(".err")) as err:
            child = self._started(command, env, out.fileno(), err.fileno())
            try:
                code = self._awaited(child, out, err)
            except subprocess.TimeoutExpired:
                return Ending(overran=self.seconds)
            finally:
                self._end(child)
        if code is None:
            return Ending(raised=f"it printed more than {MOST_PRINTED >> 20} MB, and was ended")
        said = beginning(output.with_suffix(".out")).decode(errors="replace").strip()
        if code == 0:
            return Ending(answer=said)
        how = f"exit code {code}" if code > 0 else f"signal {-code}"
        last = _telling_line(output.with_suffix(".err"))
        return Ending(
            answer=said,
            raised=f"{how}{f': {last}' if last else ''}",
            killed=code in (KILLED, -signal.SIGKILL),
        )

    def _awaited(self, child: subprocess.Popen[bytes], *printed: BinaryIO) -> int | None:
        """The exit code; None for one that prints without end and would fill the disk."""
        looks = max(round(self.seconds / LOOK_SECONDS), 1)
        for _ in range(looks):
            with suppress(subprocess.TimeoutExpired):
                return child.wait(timeout=self.seconds / looks)
            if any(os.fstat(file.fileno()).st_size > MOST_PRINTED for file in printed):
                return None
        raise subprocess.TimeoutExpired(child.args, self.seconds)

    def _started(self, words: list[str], env: dict[str, str], out: int, err: int) -> subprocess.Popen[bytes]:
        try:
            child = subprocess.Popen(
                words,
                cwd=self.folder,
                env=env,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                start_new_session=True,
            )
        except OSError as error:
            message = f"the agent's command '{words[0]}' cannot be started: {error.strerror}"
            raise ConfigError(f"{message}; is it installed, and on the PATH?") from error
        except ValueError as error:  # a character that no command line can hold
            raise ConfigError(f"the agent's command '{words[0]}' cannot be started: {error}") from error
        self._children.add(child)
        return child

    def stop(self) -> None:
        """End the commands under way, and all that they have started."""
        for child in tuple(self._children):
            self._end(child)

    def _end(self, child: subprocess.Popen[bytes]) -> None:
        if child not in self._children:  # ended before; its number may be another's by now
            return
        self._children.discard(child)
        with suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()

    def _opened(self) -> BackgroundGateway:
        with self._lock:
            if self._gateway is None:
                self._gateway = self._stack.enter_context(background())
            return self._gateway


def _private(path: Path) -> BinaryIO:
    """A new file that nobody else may read: nobody knows what an agent prints."""
    path.touch(mode=0o600)
    return path.open("wb")


def _telling_line(path: Path) -> str:
    lines = _ending(path).decode(errors="replace").strip().splitlines()
    telling = [line.strip(" |") for line in lines if _ERROR.match(line)]
    return (telling or lines or [""])[-1]


def _ending(path: Path) -> bytes:
    """The last lines of a file, each whole, since half a secret is not known as one."""
    text = path.read_bytes()
    return text if len(text) <= _TAIL else text[-_TAIL:].partition(b"\n")[2]
