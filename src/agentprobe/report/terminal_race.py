"""A run in all the orders that could have happened, as it is read in a terminal, and as facts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rich.console import Group, RenderableType
from rich.text import Text

from agentprobe.report.terminal_replay import answer_hash, row, why
from agentprobe.report.trace_words import counted, plain
from agentprobe.trace.replay.order import Order, Together
from agentprobe.trace.replay.permute import Race, Tried
from agentprobe.trace.view import Trace

SHOWN = 12
"""So many orders are listed; those that change something always are."""


def draw_race(recorded: Trace, race: Race) -> RenderableType:
    """What was under way together, what each order came to, and whether the outcome depends on it."""
    return Group(*_groups(recorded, race), *_orders(race), *_notes(race), _verdict(race))


def race_facts(recorded: Trace, race: Race) -> dict[str, Any]:
    """The same as plain values."""
    return {
        "trace": str(recorded.path),
        "together": [_group_facts(group) for group in race.groups],
        "recorded_order_exact": race.plain.exact,
        "orders": [_tried_facts(one) for one in race.tried],
        "left_out": race.left_out,
        "tools_out_of_reach": race.unseen,
        "observed": race.observed,
        "depends_on_order": bool(race.depends),
    }


def _groups(recorded: Trace, race: Race) -> Iterator[Text]:
    overtaken = len(recorded.inversions)
    for group in race.groups:
        names = ", ".join(f"{number} {plain(call.name)}" for number, call in group.calls)
        yield row("together", f"calls {names}")
    if overtaken:
        yield row("inverted", f"{counted(overtaken, 'pair', 'pairs')} in the recording", "yellow")


def _orders(race: Race) -> Iterator[Text]:
    telling = [one for one in race.tried if one in race.depends]
    others = [one for one in race.tried if one not in race.depends]
    if race.groups:
        yield row("as recorded", *_came_to(race.plain.exact, _parting(race.plain) or "differs all the same"))
    for one in (*telling, *others[: max(SHOWN - len(telling), 0)]):
        yield row(_spelled(one.order), *_told(one))
    hidden = max(len(others) - max(SHOWN - len(telling), 0), 0)
    if hidden:
        yield row("", f"and {counted(hidden, 'order', 'orders')} more, none of which changes anything")


def _told(one: Tried) -> tuple[str, str]:
    if not one.kept:
        return "could not be brought about: the agent does not let them run together", "yellow"
    return _came_to(one.run.exact, _parting(one))


def _came_to(exact: bool, otherwise: str) -> tuple[str, str]:
    return ("the same run", "green") if exact else (otherwise, "red")


def _parting(one: Any) -> str:
    """What is other than recorded, the first thing first."""
    run = one.run if isinstance(one, Tried) else one
    if run.missed:
        return why(run.missed[0])
    if not run.answer_same:
        return f"another final answer: {answer_hash(run.trace)}"
    if not run.exit_same:
        return "another exit code"
    return f"parts from the recording at call {run.changed}" if run.changed is not None else ""


def _notes(race: Race) -> Iterator[Text]:
    if race.left_out:
        yield row("note", f"{counted(race.left_out, 'order was', 'orders were')} not tried", "yellow")
    if race.unseen:
        tools = counted(race.unseen, "tool call was", "tool calls were")
        text = f"{tools} asked for together with others and ran where no order could be given to them"
        yield row("note", text, "yellow")


def _verdict(race: Race) -> Text:
    if not race.plain.exact:
        return Text("not observed: the run differs in its recorded order too; see --times", "bold yellow")
    if race.depends:
        return Text("the outcome depends on the order in which these calls are completed", "bold red")
    if not race.groups:
        return Text("not observed: no two calls were under way together", "bold yellow")
    if not race.observed:
        return Text("not observed: no other order could have happened or be brought about", "bold yellow")
    kept = counted(sum(one.kept for one in race.tried), "other order", "other orders")
    return Text(f"the same run in {kept}", "bold green")


def _spelled(order: Order) -> str:
    return " ".join(map(str, order))


def _group_facts(group: Together) -> dict[str, Any]:
    return {"calls": [number for number, _ in group.calls], "completed": list(group.recorded)}


def _tried_facts(one: Tried) -> dict[str, Any]:
    return {
        "order": list(one.order),
        "kept": one.kept,
        "exact": one.run.exact,
        "said": "" if one.run.exact else _parting(one),
        "trace": str(one.run.trace.path),
    }
