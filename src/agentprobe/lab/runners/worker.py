"""A worker process: what it does when it starts, and the functions that a pool calls in it."""

from __future__ import annotations

import faulthandler
import os
import signal
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from multiprocessing import parent_process
from multiprocessing.util import Finalize

from agentprobe.adapters import frameworks, http_hook, virtual_sleep
from agentprobe.domain.evidence import Evidence
from agentprobe.lab.chaos.shooting import Shooting
from agentprobe.lab.chaos.shot import Shot, Shown
from agentprobe.lab.grid import Level
from agentprobe.lab.runners.job import Job
from agentprobe.lab.runners.surroundings import silence
from agentprobe.lab.runners.workshop import Workshop
from agentprobe.lab.seen import Ending
from agentprobe.lab.settings import Experiment
from agentprobe.lab.worlds import World

_shop: Workshop | None = None
_range: Shooting | None = None


def open_shop(experiment: Experiment, environment: Mapping[str, str] | None = None) -> None:
    """Make this process a worker; called once when it starts.

    The environment is that of the process that it works for: the server that forks workers keeps the one in
    which the first of them was asked for.
    It leads a process group, so that whatever an agent starts or forks can be ended along with it.
    """
    global _shop
    os.setpgrp()
    if environment is not None:
        _take_over(environment)
    silence()
    os.chdir(experiment.folder)
    sys.path.insert(0, str(experiment.folder))
    http_hook.install()
    frameworks.install()
    virtual_sleep.install()
    _shop = Workshop(experiment)
    signal.signal(signal.SIGTERM, lambda *_: _leave())
    Finalize(None, _leave, exitpriority=0)
    threading.Thread(target=_follow_parent, name="agentprobe-parent", daemon=True).start()


def _take_over(environment: Mapping[str, str]) -> None:
    for name in os.environ.keys() - environment.keys():
        del os.environ[name]
    os.environ.update(environment)


def _follow_parent() -> None:
    """End with the process that this one works for, however that one ends."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        _leave()


def _leave() -> None:
    """End this process, the command under way, and all that agents have left running."""
    if _shop is not None:
        _shop.commander.stop()
    os.killpg(0, signal.SIGKILL)


def shop() -> Workshop:
    """In a worker: the shop that it has opened."""
    return _opened()


def level(rows: int | None, world: World | None) -> Level:
    """In a worker: see `Workshop.level`."""
    return _opened().level(rows, world)


def writing_tasks(rows: int | None, world: World | None) -> tuple[str, ...]:
    """In a worker: the tasks at a density that want something written."""
    return _opened().writing_tasks(rows, world)


def check_parts(agents: tuple[str, ...]) -> None:
    """In a worker: raise ConfigError for an agent or a policy that cannot be loaded."""
    for name in agents:
        _opened().check_agent(name)
    _opened().check_model()


def carry_out(job: Job) -> Evidence:
    """In a worker: see `Workshop.carry_out`."""
    return _opened().carry_out(job)


def shoot(shots: tuple[Shot, ...]) -> tuple[Shown, ...]:
    """In a worker: see `Shooting.shown`, for several shots one after the other.

    Many light ones have their time together: where one hangs, all are given up and tried one by one.
    """
    shooting = _shooting()
    if len(shots) < 2 or not all(shot.light for shot in shots):
        return tuple(map(shooting.shown, shots))
    faulthandler.dump_traceback_later(_opened().experiment.run.seconds * len(shots), exit=True)
    try:
        return tuple(shooting.shown(shot, timed=False) for shot in shots)
    finally:
        faulthandler.cancel_dump_traceback_later()


def look_at(shot: Shot, ending: Ending) -> Shown:
    """In a worker: see `Shooting.examined`."""
    return _shooting().examined(shot, ending)


def examine(job: Job, ending: Ending) -> Evidence:
    """In a worker: see `Workshop.examine`."""
    return _opened().examine(job, ending)


@contextmanager
def working_in(shop: Workshop) -> Iterator[None]:
    """Let the functions below work in this shop, in a process that is no worker."""
    global _shop, _range
    before = _shop, _range
    if shop is not _shop:
        _shop, _range = shop, None
    try:
        yield
    finally:
        _shop, _range = before


def _shooting() -> Shooting:
    global _range
    if _range is None or _range.shop is not _opened():
        _range = Shooting(_opened())
    return _range


def _opened() -> Workshop:
    assert _shop is not None, "a worker opens its shop when it starts"
    return _shop
