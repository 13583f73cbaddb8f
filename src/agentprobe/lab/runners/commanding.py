"""Agents that are commands in any language: run as they are, behind a gateway of the worker's own."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from agentprobe.adapters.active import Active
from agentprobe.adapters.orders import VARIABLE
from agentprobe.errors import ConfigError
from agentprobe.gateway.background import BackgroundGateway, background
from agentprobe.gateway.surroundings import routes, surroundings
from agentprobe.lab.runners.surroundings import provider_urls
from agentprobe.lab.seen import Ending
from agentprobe.lab.settings import ModelChoice


@dataclass
class Commander:
    """Starts commands behind one gateway, which opens with the first of them."""

    folder: Path
    model: ModelChoice
    seconds: float
    _stack: ExitStack = field(default_factory=ExitStack)
    _gateway: BackgroundGateway | None = None
    _child: subprocess.Popen[bytes] | None = None

    def run(
        self, words: tuple[str, ...], prompt: str, active: Active, env: Mapping[str, str], output: Path
    ) -> Ending:
        """Run a command to its end; what it prints is the answer."""
        clock = active.session.clock
        began = clock.now()
        with active:
            found = routes({} if self.model.simulated else os.environ, provider_urls(self.model))
            door = self._opened().open_session(active, {route.provider: route.upstream for route in found})
            around = {**os.environ, **env}
            told = surroundings(around, door, found, quiet=True, simulated=self.model.simulated)
            try:
                ending = self._finished(words, prompt, {**told, VARIABLE: active.orders.to_json()}, output)
            finally:
                self._opened().close_session(door)
        return replace(ending, seconds=clock.now() - began)

    def _finished(self, words: tuple[str, ...], prompt: str, env: dict[str, str], output: Path) -> Ending:
        command = [word.replace("{prompt}", prompt) for word in words]
        with output.with_suffix(".out").open("wb") as out, output.with_suffix(".err").open("wb") as err:
            child = self._started(command, env, out.fileno(), err.fileno())
            try:
                code = child.wait(timeout=self.seconds)
            except subprocess.TimeoutExpired:
                return Ending(overran=self.seconds)
            finally:
                self.stop()
        said = output.with_suffix(".out").read_bytes().decode(errors="replace").strip()
        if code == 0:
            return Ending(answer=said)
        last = _last_line(output.with_suffix(".err"))
        return Ending(answer=said, raised=f"exit code {code}{f': {last}' if last else ''}")

    def _started(self, words: list[str], env: dict[str, str], out: int, err: int) -> subprocess.Popen[bytes]:
        try:
            self._child = subprocess.Popen(
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
        return self._child

    def stop(self) -> None:
        """End the command under way, and all that it has started."""
        child, self._child = self._child, None
        if child is None:
            return
        with suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()

    def _opened(self) -> BackgroundGateway:
        if self._gateway is None:
            self._gateway = self._stack.enter_context(background())
        return self._gateway

    def close(self) -> None:
        """Shut the gateway."""
        self.stop()
        self._stack.close()


def _last_line(path: Path) -> str:
    lines = path.read_bytes()[-4096:].decode(errors="replace").strip().splitlines()
    return lines[-1] if lines else ""
