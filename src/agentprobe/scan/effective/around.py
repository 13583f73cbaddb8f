"""What repeats a call of a model from outside: decorators, loops, `with_retry`, also those of its callers."""

from __future__ import annotations

from agentprobe.scan.effective.layers import Layers
from agentprobe.scan.effective.resolved import Outer
from agentprobe.scan.effective.settings import Asked
from agentprobe.scan.facts import Facts, Known, Repeat, Value
from agentprobe.scan.reaching import Spot
from agentprobe.scan.severity import Tier

_DEEPEST = 4
_MOST_CALLERS = 40


def outer_of(layers: Layers, asked: Asked) -> tuple[Outer, ...]:
    """What repeats a call, from the inside outward, on the path that repeats it most."""
    inner = [*_with_retry(layers, asked)]
    own = [
        _outer(layers, asked.facts, one)
        for one in asked.facts.repeats
        if not one.narrow
        and (
            (one.loop and one.place in asked.call.loops)
            or (not one.loop and _within(asked.call.function, one.function))
        )
    ]
    spot = (asked.facts.path, asked.call.function)
    around = (*inner, *own, *_callers(layers, spot, {spot}, 0))
    return tuple({one.place: one for one in around}.values())


def _with_retry(layers: Layers, asked: Asked) -> list[Outer]:
    found = []
    for facts, function, given in (
        (asked.facts, asked.call.function, asked.call.arguments),
        (
            asked.home,
            asked.client.function if asked.client else "",
            asked.client.arguments if asked.client else {},
        ),
    ):
        marked = given.get("with_retry.")
        if marked is None or marked.place is None:
            continue
        said = given.get("with_retry.stop_after_attempt")
        attempts = _count(layers, facts, function, said) if said is not None else 3
        found.append(Outer(by="with_retry", place=marked.place, attempts=attempts))
    return found[:1]


def _within(function: str, other: str) -> bool:
    return bool(other) and (function == other or function.startswith(f"{other}."))


def _outer(layers: Layers, facts: Facts, one: Repeat) -> Outer:
    attempts = _count(layers, facts, one.function, one.attempts)
    literal = one.attempts is None or one.attempts.known is Known.LITERAL
    return Outer(
        by=one.by,
        place=one.place,
        attempts=attempts,
        endless=one.unlimited,
        tier=Tier.PROVED if literal else Tier.INFERRED,
    )


def _count(layers: Layers, facts: Facts, function: str, value: Value | None) -> int | None:
    if value is None:
        return None
    number = layers.resolve(facts, function, value).number
    return int(number) if number is not None and 0 < number < 1_000_000 else None


def _callers(layers: Layers, spot: Spot, seen: set[Spot], depth: int) -> tuple[Outer, ...]:
    """What the callers of a function repeat; of several callers the one that repeats most."""
    if depth >= _DEEPEST or not spot[1]:
        return ()
    best: tuple[Outer, ...] = ()
    for caller in sorted(layers.reach.callers.get(spot, ()))[:_MOST_CALLERS]:
        if caller in seen:
            continue
        facts = layers.project.facts[caller[0]]
        here = tuple(
            _outer(layers, facts, one)
            for one in facts.repeats
            if not one.narrow
            and (
                (one.loop and one.function == caller[1] and _calls(layers, facts, one, spot))
                or (not one.loop and _within(caller[1], one.function))
            )
        )
        found = (*here, *_callers(layers, caller, seen | {caller}, depth + 1))
        if product(found) > product(best) or (found and not best):
            best = found
    return best


def _calls(layers: Layers, facts: Facts, one: Repeat, spot: Spot) -> bool:
    return any(spot in layers.reach.targets(facts, one.function, name) for name in one.calls)


def product(outer: tuple[Outer, ...]) -> int:
    """How often all of it together repeats a call; what is unknown counts once."""
    total = 1
    for one in outer:
        total *= one.attempts or 1
    return total
