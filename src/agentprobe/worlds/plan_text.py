"""A plan as `world.toml`, with what was guessed and why beside every column, and never a value."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping

from agentprobe.worlds.fidelity.bounds import BOUNDS
from agentprobe.worlds.guess import Guess
from agentprobe.worlds.plan import ColumnPlan, Plan, TablePlan
from agentprobe.worlds.roles import Role

_HEAD = """\
# What a snapshot takes of production, and how each column's values are replaced. Please confirm every role.
# The comment behind a column tells what was guessed, how sure the guess is, why, and the forms of its values.
#
# role    what the column means; `dropped` and `secret` leave it out of the world
# domain  columns of one domain share their values: a name here is the same name there
# dial    M0 to M5: how much of their form its pseudonyms keep (M5 keeps the most, and tells the most)
# k       a value of a category is kept when it stands in so many rows
# keep    why the values may stay as they are, in words; it is recorded in the world
"""
_UNSURE = 0.7
_KIND = "regenerated: rows made anew from the source's shape; mapped: its rows under pseudonyms"
_EXPIRES = "then the world is stale; 0 for never"


def written(
    plan: Plan, found: Iterable[Guess] = (), *, gone: Iterable[str] = (), old: Plan | None = None
) -> str:
    """The text of a plan; with the plan before it, what is new is marked."""
    told = {(one.table, one.column, one.leaf): one for one in found}
    lines = [_HEAD, f"format = {plan.format}", *_top(plan), *_bounds(plan)]
    lines += [f"# gone from the source: {one}" for one in map(_safe, gone)]
    for name, table in plan.tables.items():
        before = old.tables.get(name) if old else None
        lines += ["", *_table(name, table, told, before, is_again=old is not None)]
    return "\n".join(lines) + "\n"


def _top(plan: Plan) -> Iterator[str]:
    yield f"name = {_text(plan.name)}"
    yield f"kind = {_text(plan.kind)}  # {_KIND}"
    yield f"source = {_text(plan.source)}"
    if plan.as_of:
        yield f"as_of = {_text(plan.as_of)}"
    yield f"expires_days = {plan.expires_days}  # {_EXPIRES}"
    yield f"k = {plan.k}"
    yield f"dial = {_text(plan.dial)}"


def _bounds(plan: Plan) -> Iterator[str]:
    changed = {name: getattr(plan.bounds, name) for name in plan.bounds.__struct_fields__}
    usual = {name: value for name, value in changed.items() if value != getattr(BOUNDS, name)}
    if usual:
        yield ""
        yield "[bounds]"
        yield from (f"{name} = {value}" for name, value in usual.items())


def _table(
    name: str,
    table: TablePlan,
    told: Mapping[tuple[str, str, str], Guess],
    before: TablePlan | None,
    *,
    is_again: bool,
) -> Iterator[str]:
    here = f"tables.{_key(name)}"
    new = "  # new, left out until you take it" if is_again and before is None else ""
    yield f"[{here}]{new}"
    yield f"take = {'true' if table.take else 'false'}"
    if table.rows is not None:
        yield f"rows = {table.rows}"
    if table.entity:
        yield f"entity = {_text(table.entity)}  # whose a row is: their dates move together"
    yield f"[{here}.columns]"
    for column, plan in table.columns.items():
        is_new = is_again and (before is None or column not in before.columns)
        yield _line(column, plan, told.get((name, column, "")), is_new=is_new)
    for column, leaves in table.leaves.items():
        yield f"[{here}.leaves.{_key(column)}]"
        for path, leaf in leaves.items():
            known = before.leaves.get(column, {}) if before else {}
            yield _line(path, leaf, told.get((name, column, path)), is_new=is_again and path not in known)


def _line(name: str, plan: ColumnPlan, guess: Guess | None, *, is_new: bool) -> str:
    fields = [f"role = {_text(plan.role)}"]
    fields += [f"domain = {_text(plan.domain)}"] if plan.domain else []
    fields += [f"dial = {_text(plan.dial)}"] if plan.dial is not None else []
    fields += [f"k = {plan.k}"] if plan.k is not None else []
    fields += [f"kind = {_text(plan.kind)}"] if plan.kind else []
    fields += [f"keep = {_text(plan.keep)}"] if plan.keep else []
    return f"{_key(name)} = {{ {', '.join(fields)} }}{_comment(plan, guess, is_new=is_new)}"


def _comment(plan: ColumnPlan, guess: Guess | None, *, is_new: bool) -> str:
    parts = ["new, dropped until you say what it is"] if is_new else []
    if guess is not None:
        sure = f"{guess.confidence:.0%} sure"
        parts.append(f"{guess.role}? {sure}" if guess.role is not plan.role or is_new else sure)
        parts.append(guess.reason)
        if guess.forms:
            parts.append("forms " + ", ".join(f"`{_safe(form)}`" for form in guess.forms))
        if plan.role is Role.DROPPED and not is_new and guess.role is Role.DROPPED:
            parts.append("say what it is, or it is left out")
        elif guess.confidence < _UNSURE and guess.role is plan.role:
            parts.append("PLEASE LOOK")
    return f"  # {'; '.join(parts)}" if parts else ""


def _safe(text: str) -> str:
    return "".join(character if character.isprintable() else "?" for character in text)


def _text(value: str) -> str:
    """A basic string of TOML, which escapes as JSON does."""
    return json.dumps(str(value), ensure_ascii=False).replace("\x7f", "\\u007f")


def _key(name: str) -> str:
    is_bare = name.isascii() and name.replace("_", "a").replace("-", "a").isalnum()
    return name if is_bare else _text(name)
