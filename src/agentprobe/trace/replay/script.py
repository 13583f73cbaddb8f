"""A recorded run as a script: each call finds its recorded answer at once, and each answer is given once."""

from __future__ import annotations

import threading
from collections import defaultdict, deque
from collections.abc import Iterable
from dataclasses import dataclass

from agentprobe.domain.call import SHADOW, TOLD
from agentprobe.trace.pair import TracedCall
from agentprobe.trace.replay.key import Asked, asked_then
from agentprobe.trace.replay.tokens import body_tokens, shared
from agentprobe.trace.view import Trace

LOOKED_AHEAD = 16
"""Among so many of the next scenes one is looked for that asks nearly the same."""


@dataclass(frozen=True)
class Scene:
    """One recorded call of a script."""

    number: int
    """Its place among the recorded calls, from 1, in the order of dispatch."""
    call: TracedCall
    asked: Asked


class Script:
    """What was asked and answered in a recorded run, found by what is asked, then by how often.

    It is used up as it is followed: a request that was recorded twice is answered twice. Attempts that an
    SDK counts find the attempt of the same count. Threads may share one.
    """

    def __init__(self, calls: Iterable[TracedCall]) -> None:
        self.scenes = tuple(Scene(n, call, asked_then(call)) for n, call in enumerate(calls, start=1))
        self._lock = threading.Lock()
        self._left: dict[str, dict[int, deque[Scene]]] = defaultdict(lambda: defaultdict(deque))
        self._counts: dict[str, int] = defaultdict(int)
        for scene in self.scenes:
            key = scene.asked.key
            self._left[key][scene.asked.attempt].append(scene)
            self._counts[key] += 1

    @classmethod
    def of(cls, trace: Trace) -> Script:
        """The script of a trace: what the agent saw, faults included; not what was made of it beside."""
        return cls(call for call in trace.calls if call.record.purpose not in (TOLD, SHADOW))

    def take(self, asked: Asked) -> Scene | None:
        """The next recorded scene for this request; None when there is none, or none any more."""
        with self._lock:
            attempts = self._left.get(asked.key)
            if not attempts:
                return None
            same = asked.attempt if asked.attempt in attempts else _earliest(attempts)
            scene = attempts[same].popleft()
            if not attempts[same]:
                del attempts[same]
            return scene

    def take_near(self, asked: Asked, share: float) -> Scene | None:
        """Of the next scenes the one that asks nearly the same: with so large a share of the words."""
        coming = [scene for scene in self.left if _alike(scene.asked, asked)][:LOOKED_AHEAD]
        words = body_tokens(asked.body)
        rated = [(shared(body_tokens(scene.asked.body), words).rate, scene) for scene in coming]
        rate, nearest = max(rated, key=lambda pair: pair[0], default=(0.0, None))
        return self.take(nearest.asked) if nearest is not None and rate >= share else None

    def times(self, asked: Asked) -> int:
        """How often this request was recorded."""
        return self._counts.get(asked.key, 0)

    @property
    def left(self) -> tuple[Scene, ...]:
        """The scenes that nobody has asked for yet, in order."""
        with self._lock:
            found = [scene for by in self._left.values() for scenes in by.values() for scene in scenes]
        return tuple(sorted(found, key=lambda scene: scene.number))


def _alike(one: Asked, other: Asked) -> bool:
    return (one.kind, one.name, one.dialect) == (other.kind, other.name, other.dialect)


def _earliest(attempts: dict[int, deque[Scene]]) -> int:
    return min(attempts, key=lambda attempt: attempts[attempt][0].number)
