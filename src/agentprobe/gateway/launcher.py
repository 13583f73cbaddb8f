"""Runs an agent as it is, in any language, with its model calls going through the gateway."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from types import FrameType, MappingProxyType

from agentprobe.adapters.active import Active, Answer
from agentprobe.adapters.handed_down import handing_down
from agentprobe.adapters.orders import Orders
from agentprobe.errors import ConfigError
from agentprobe.gateway.background import BackgroundGateway, background
from agentprobe.gateway.interception import Interception
from agentprobe.gateway.outside import looked_at, tell_routes
from agentprobe.gateway.proxied import behind_proxy, proxying
from agentprobe.gateway.surroundings import routes, surroundings
from agentprobe.trace.writer import TraceWriter

_NOTHING: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Launched:
    """How a launched agent ended."""

    code: int
    """Its exit code, unchanged; 128 + n when signal n ended it."""
    complaints: tuple[str, ...] = ()
    """What went wrong on our side, in words for people; empty when all is well."""


def launch(
    command: Sequence[str],
    orders: Orders,
    *,
    answer: Answer | None = None,
    urls: Mapping[str, str] = _NOTHING,
    quiet_telemetry: bool = False,
    proxy: Interception | None = None,
    environ: Mapping[str, str] | None = None,
) -> Launched:
    """Run `command` to its end, with our standard streams and signals, and record what it asks of models.

    `answer` takes the providers' place; `urls` says by provider where calls go instead of where the
    environment sends them. With `proxy` the agent's base URLs are left alone and everything it asks for is
    led through a proxy. Raises ConfigError when the command cannot be started.
    """
    environ = os.environ if environ is None else environ
    _look_for(command, environ)
    simulated = answer is not None
    found = routes(_NOTHING if simulated else environ, urls)
    forward = proxying(proxy, environ, urls) if proxy is not None else None
    with ExitStack() as stack:
        gateway = stack.enter_context(background(environ=environ))
        active = stack.enter_context(orders.open(answer))
        door = gateway.open_session(active, {route.provider: route.upstream for route in found}, forward)
        if forward is None:
            told = surroundings(environ, door, found, quiet=quiet_telemetry, simulated=simulated)
        else:
            told = stack.enter_context(
                behind_proxy(environ, door, forward, found, quiet=quiet_telemetry, simulated=simulated)
            )
        if active.writer is not None:
            tell_routes(active.writer, found)
        try:
            joining = replace(
                orders,
                door=door,
                proxy=proxy.recorded if proxy is not None else None,
                simulated=orders.simulated or simulated,
            )
            with handing_down(joining.to_json(), told) as environment:
                code = _run(command, environment, active.writer, door)
        finally:
            gateway.close_session(door)
        writer = active.writer
        if forward is not None and writer is not None:
            forward.contacts.write(writer)
        active.close(_status(active, code), exit=code)
        failures = [writer.failure] if writer is not None and writer.failure else []
        unseen = forward.contacts.complaints if forward is not None else ()
        return Launched(code, (*failures, *unseen, *active.leaks(), *_defects(gateway)))


def _status(active: Active, code: int) -> str:
    if active.session.boundary.stopped is not None:
        return "stopped"
    return "ok" if code == 0 else "failed"


def _defects(gateway: BackgroundGateway) -> list[str]:
    return [f"a defect of agentprobe: {type(error).__name__}: {error}" for error in gateway.defects]


# -- the child ---------------------------------------------------------------------------------------


def _look_for(command: Sequence[str], environ: Mapping[str, str]) -> None:
    """Raises ConfigError when there is no such command, before anything has begun."""
    if not command:
        raise ConfigError("there is no command to run; write it behind --, as in: -- python agent.py")
    name = command[0]
    if shutil.which(name, path=environ.get("PATH")) is not None:
        return
    if Path(name).is_file():
        how = f"python {name}" if name.endswith(".py") else f"chmod +x {name}"
        raise ConfigError(f"'{name}' is a file that cannot be run by itself; try: {how}")
    if Path(name).is_dir():
        raise ConfigError(f"'{name}' is a folder; write the agent's command behind --")
    if " " in name:
        raise ConfigError(f"no command '{name}'; write its words without quotes around all of them")
    raise ConfigError(f"no command '{name}' on the PATH and no such file; is it installed, and well spelled?")


def _run(command: Sequence[str], environ: Mapping[str, str], writer: TraceWriter | None, door: str) -> int:
    try:
        child = subprocess.Popen(command, env=environ)
    except OSError as error:
        raise ConfigError(f"cannot start '{command[0]}': {error.strerror}") from error
    try:
        with looked_at(child.pid, writer, door), _passing_signals(child):
            code = child.wait()
    except BaseException:
        child.kill()
        child.wait()
        raise
    return code if code >= 0 else 128 - code


@contextmanager
def _passing_signals(child: subprocess.Popen[bytes]) -> Iterator[None]:
    """Leave signals to the child: it decides when to end, and we end with it."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def pass_on(number: int, _: FrameType | None) -> None:
        if number != signal.SIGINT or not _terminal_tells_all():
            child.send_signal(number)

    kinds = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {kind: signal.signal(kind, pass_on) for kind in kinds}
    try:
        yield
    finally:
        for kind, handler in before.items():
            signal.signal(kind, handler)


def _terminal_tells_all() -> bool:
    """Does Ctrl-C at the terminal reach the child without us?"""
    try:
        return os.tcgetpgrp(0) == os.getpgrp()
    except OSError:
        return False
