"""Whether worlds ask the same questions as their source, beside what others make of it.

Run: .venvs/peers/bin/python benchmarks/world_fidelity.py [--sets 1 2 3 4] [--sdv 3] (about four minutes)

Real records with true duplicates are made to a table of customers (`world_people.py`); the source does not
know who is who, only the measuring does. Each method's table is asked what agents ask, and compared with the
source under the bounds of a snapshot. Methods that keep rows are paired with the source row by row. Then it
is seen whether any of 10,000 planted values is in what a snapshot writes (`world_planted.py`).
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

import world_peers
from agentprobe.worlds.fidelity import Fidelity, Measured, catalogue_for, compare, measure
from agentprobe.worlds.fidelity.result import Row
from agentprobe.worlds.folder import WorldFolder
from agentprobe.worlds.guess import guesses, with_roles
from agentprobe.worlds.keys import Key
from agentprobe.worlds.leaks import LeakReport
from agentprobe.worlds.plan import Plan
from agentprobe.worlds.planning import first_plan
from agentprobe.worlds.proof import Proof
from agentprobe.worlds.schema import Column, Schema
from agentprobe.worlds.snapshot import MAPPED, REGENERATED, snapshot
from world_people import CUSTOMERS, SETS, Held, customers
from world_planted import planted

Make = Callable[[Held, Path], tuple[pa.Table, Sequence[int] | None]]
"""Gives a table, and who each of its rows is; None where its rows stand for those of the source."""
KEY = Key(b"fidelity".ljust(32, b"."))
PERSON = Column(name="person", kind="integer")
ENTITIES = {"customers": PERSON.name}
SEED = 1
CLASSES = {
    "whole value": ("exact", "combined"),
    "prefix": ("prefix",),
    "substring": ("substring", "infix"),
    "fuzzy": ("close_name", "similar_name", "misspelt_name", "trigram_name"),
    "status": ("status", "not_status"),
    "dates": ("date_window",),
}


@dataclass(frozen=True)
class Method:
    """Something that makes a table of a table."""

    name: str
    make: Make
    paired: bool = True


def ours(kind: str) -> Make:
    """A snapshot as its first plan has it, without a person's changes."""

    def made(source: Held, place: Path) -> tuple[pa.Table, Sequence[int] | None]:
        world = taken(source, kind, place / kind)
        table = world.table("customers")
        truth = world.path / "truth" / "customers.parquet"
        if kind == MAPPED:
            return table, None
        if not truth.exists():  # nobody has two records
            return table, range(table.num_rows)
        told = pq.read_table(truth)
        keys, entities = (told[name].to_numpy() for name in ("customer_id", "entity"))
        order = np.argsort(keys)
        return table, entities[order][np.searchsorted(keys[order], table["customer_id"].to_numpy())].tolist()

    return made


def taken(source: Held, kind: str, target: Path) -> WorldFolder:
    """A snapshot that is measured here and not by itself."""
    plan: Plan = first_plan("people", source.shown, source.as_of, source.schema, guesses(source))
    plan = msgspec.structs.replace(plan, kind=kind)
    snapshot(source, plan, KEY, target, prove=_unproved)
    return WorldFolder(target)


def _unproved(*_: object, **__: object) -> Proof:
    nothing = Measured(rows={}, seed=SEED)
    return Proof(fidelity=Fidelity(rows=(), source=nothing, world=nothing), leaks=LeakReport(kind=MAPPED))


def theirs(make: Callable[[pa.Table], pa.Table], *, anew: bool = False) -> Make:
    """A peer, given the columns without the key; rows made `anew` are nobody's."""

    def made(source: Held, _: Path) -> tuple[pa.Table, Sequence[int] | None]:
        table = source.tables["customers"]
        told = make(table.drop_columns(["customer_id"])).add_column(0, "customer_id", table["customer_id"])
        return told, range(told.num_rows) if anew else None

    return made


METHODS = (
    Method("agentprobe, mapped (M5)", ours(MAPPED)),
    Method("agentprobe, regenerated", ours(REGENERATED), paired=False),
    Method("hash of each value", theirs(world_peers.hashed)),
    Method("keyed names of pools", theirs(world_peers.pooled)),
    Method("Faker in place", theirs(world_peers.faker_in_place)),
    Method("columns shuffled", theirs(world_peers.shuffled), paired=False),
    Method("SDV, Gaussian copula", theirs(world_peers.sdv, anew=True), paired=False),
)


def compared(which: str, methods: Sequence[Method], place: Path) -> Iterator[tuple[Method, Fidelity, float]]:
    """Measure each method on a set."""
    source, persons = customers(which)
    roles = with_roles(source.schema, guesses(source))
    told = roles.tables[0]
    schema = Schema(tables=(msgspec.structs.replace(told, columns=(*told.columns, PERSON)),))
    numbers = {person: number for number, person in enumerate(dict.fromkeys(persons))}
    truly = [numbers[person] for person in persons]
    queries = catalogue_for(roles)

    def seen(table: pa.Table, whose: Sequence[int], beside: Measured | None = None) -> Measured:
        columns = [_texted(table[column.name], column) for column in CUSTOMERS.columns]
        whole = pa.table(
            [*columns, pa.array(whose, pa.int64())], names=[c.name for c in schema.tables[0].columns]
        )
        held = Held(schema, {"customers": whole})
        return measure(held, queries, seed=SEED, paired_with=beside, entities=ENTITIES)

    there = seen(source.tables["customers"], truly)
    for method in methods:
        began = time.process_time()
        table, whose = method.make(source, place / Path(which).stem)
        found = seen(table, truly if whose is None else whose, there if method.paired else None)
        yield method, compare(there, found), time.process_time() - began


def _texted(values: Any, column: Column) -> Any:
    """In the source's own type where that can be; a hash of a day is a text."""
    kind = {"text": pa.string(), "date": pa.date32(), "integer": pa.int64()}[column.kind]
    try:
        return values.cast(kind)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        return values.cast(pa.string())


def told(fidelity: Fidelity) -> str:
    """One line: mean and worst distance by class of queries, then the other figures, then what holds."""
    by: dict[str, list[Row]] = defaultdict(list)
    for row in fidelity.rows:
        if row.value is not None:
            by[row.metric].append(row)
    cells = []
    for kinds in CLASSES.values():
        bits = [row.value or 0.0 for row in by["result sizes"] if row.kind in kinds]
        cells.append(f"{np.mean(bits):5.2f}/{max(bits):5.2f}" if bits else f"{'-':>11}")
    for metric in ("margin", "ambiguous"):
        rows = by[metric]
        cells.append(f"{max(row.value or 0 for row in rows):9.3f}" if rows else f"{'-':>9}")
    for metrics in (("collisions",), ("null pattern", "junk", "mask")):
        worst = [row.value or 0 for metric in metrics for row in by[metric]]
        cells.append(f"{max(worst):9.3f}" if worst else f"{'-':>9}")
    holding = sum(row.holds is True for row in fidelity.rows)
    return "".join(cells) + f"{holding:6}{len(fidelity.failed):5}{len(fidelity.unobserved):5}"


def missed(fidelity: Fidelity) -> Iterator[str]:
    """What is beyond its bound."""
    for row in fidelity.failed:
        told = f"{row.value:.3f}, allowed {row.bound:g} (by chance {row.chance:.3f})"
        yield f"{row.kind} {row.metric} at {row.where}: {told}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--sets", nargs="*", default=list(SETS), help="FEBRL sets, or the file named there")
    parser.add_argument("--sdv", default="3", help="the set on which SDV runs too; it is slow")
    parser.add_argument("--planted", type=int, default=2000, help="people with five values each; 0 for none")
    told_ = parser.parse_args()
    place = Path(tempfile.mkdtemp(prefix="world-fidelity-"))
    try:
        for which in told_.sets:
            _print(which, [one for one in METHODS if "SDV" not in one.name or which == told_.sdv], place)
        if told_.planted:
            for line in planted(told_.planted, place, taken):
                print(line)
    finally:
        shutil.rmtree(place)


def _print(which: str, methods: Sequence[Method], place: Path) -> None:
    source, persons = customers(which)
    name = f"FEBRL {which}" if which in SETS else Path(which).stem
    print(f"{name}: {source.rows('customers'):,} rows of {len(set(persons)):,} people")
    heads = "".join(f"{name:>11}" for name in CLASSES)
    heads += "".join(f"{name:>9}" for name in ("margin", "ambig.", "collis.", "dirt"))
    print(f"{'':25}{heads}{'holds':>6}{'miss':>5}{'n/o':>5}{'CPU s':>7}")
    misses = {}
    for method, fidelity, cpu in compared(which, methods, place):
        print(f"{method.name:25}{told(fidelity)}{cpu:7.1f}", flush=True)
        if method.name.startswith("agentprobe"):
            misses[method.name] = list(missed(fidelity))
    for name, lines in misses.items():
        print(f"  {name} misses: {'; '.join(lines) or 'nothing'}")
    print()


if __name__ == "__main__":
    main()
