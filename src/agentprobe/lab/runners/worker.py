"""A worker process: what it does when it starts, and the functions that a pool calls in it."""

from __future__ import annotations

import os
import signal
import sys
import threading
from multiprocessing import parent_process
from multiprocessing.util import Finalize

from agentprobe.adapters import http_hook, virtual_sleep
from agentprobe.domain.evidence import Evidence
from agentprobe.lab.grid import Level
from agentprobe.lab.runners.job import Job
from agentprobe.lab.runners.surroundings import silence
from agentprobe.lab.runners.workshop import Workshop
from agentprobe.lab.seen import Ending
from agentprobe.lab.settings import Experiment
from agentprobe.lab.worlds import World

_shop: Workshop | None = None


def open_shop(experiment: Experiment) -> None:
    """Make this process a worker; called once when it starts.

    It leads a process group, so that whatever an agent starts or forks can be ended along with it.
    """
    global _shop
    os.setpgrp()
    silence()
    os.chdir(experiment.folder)
    sys.path.insert(0, str(experiment.folder))
    http_hook.install()
    virtual_sleep.install()
    _shop = Workshop(experiment)
    signal.signal(signal.SIGTERM, lambda *_: _leave())
    Finalize(None, _leave, exitpriority=0)
    threading.Thread(target=_follow_parent, name="agentprobe-parent", daemon=True).start()


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


def level(rows: int | None, world: World | None) -> Level:
    """In a worker: see `Workshop.level`."""
    return _opened().level(rows, world)


def check_parts(agents: tuple[str, ...]) -> None:
    """In a worker: raise ConfigError for an agent or a policy that cannot be loaded."""
    for name in agents:
        _opened().check_agent(name)
    _opened().check_model()


def carry_out(job: Job) -> Evidence:
    """In a worker: see `Workshop.carry_out`."""
    return _opened().carry_out(job)


def examine(job: Job, ending: Ending) -> Evidence:
    """In a worker: see `Workshop.examine`."""
    return _opened().examine(job, ending)


def _opened() -> Workshop:
    assert _shop is not None, "a worker opens its shop when it starts"
    return _shop
