"""The limit on a run's real time: it holds even while the agent's code never comes back to Python."""

from __future__ import annotations

import faulthandler
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from agentprobe.lab.runners.job import Job

_MARK = "overran"


@contextmanager
def at_most(seconds: float, job: Job) -> Iterator[None]:
    """End this process when what is inside takes longer; where it hung is written into the run's folder."""
    with (job.work / _MARK).open("wb") as mark:
        faulthandler.dump_traceback_later(seconds, exit=True, file=mark)
        try:
            yield
        finally:
            faulthandler.cancel_dump_traceback_later()


def overran(job: Job) -> bool:
    """Was this run ended for its time?"""
    with suppress(FileNotFoundError):
        return (job.work / _MARK).stat().st_size > 0
    return False
