"""How many rows a CPU second are sanitised and grown, beside peers and beside writing the rows at all.

Run: .venvs/peers/bin/python benchmarks/world_speed.py [ROUNDS] (`make worlds-bench` makes the environment)

The table is customers(name, email, phone, city, date_of_birth, status, notes), with names that collide and a
share of nulls. Each variant runs in a process of its own, several rounds in turn, on as many rows as it can
do in some seconds; its CPU time counts, with its children's and without the imports. To grow means to grow
from a shape that is known, to regenerate to find the shape of the rows as well. What a snapshot measures of
its world is not counted. Three rounds take about four minutes of CPU time.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pyarrow.parquet as pq

import world_peers
from agentprobe.worlds.folder import TableWriter, WorldFolder
from agentprobe.worlds.grow import grow
from agentprobe.worlds.guess import guesses
from agentprobe.worlds.keys import Key
from agentprobe.worlds.mapping import mapped
from agentprobe.worlds.plan import Plan
from agentprobe.worlds.planned import Planned
from agentprobe.worlds.planning import first_plan
from agentprobe.worlds.progress import Quiet
from agentprobe.worlds.roles import Role
from agentprobe.worlds.sanitise.left_out import without
from agentprobe.worlds.sanitise.treatments import found
from agentprobe.worlds.schema import Column, Table
from agentprobe.worlds.shape import Shape, profile
from agentprobe.worlds.shape.store import read_shape, write_shape
from agentprobe.worlds.shapes import built_in
from agentprobe.worlds.sources import open_source
from agentprobe.worlds.untyped import pc
from measure import middle, spread

ROWS = {
    "agentprobe, mapped": 500_000,
    "agentprobe, regenerated": 50_000,
    "agentprobe, grown": 500_000,
    "Faker": 10_000,
    "mimesis": 100_000,
    "presidio-structured": 50_000,
    "SDV, sample": 5_000,
    "Parquet, zstd": 500_000,
    "Parquet, plain": 500_000,
}
SHAPED = 50_000
"""Rows whose shape is grown: it grows with the words that stand there, not with the rows that are made."""
OURS = ("mapped", "regenerated", "grown")
KEY = Key(bytes(range(32)))
ROLES = {
    "name": Role.FULL_NAME,
    "email": Role.EMAIL,
    "phone": Role.PHONE,
    "city": Role.CITY,
    "date_of_birth": Role.BIRTH_DATE,
    "status": Role.CATEGORY,
    "notes": Role.TEXT,
}


def source(rows: int, folder: Path) -> Path:
    """A table as production has it, in Parquet: grown, with the two parts of a name in one column."""
    grow(built_in("customers"), rows, 7, folder / f"grown-{rows}", workers=1)
    names = ["given_name", "surname", "email", "phone", "city", "date_of_birth", "status", "notes"]
    table = WorldFolder(folder / f"grown-{rows}").table("customers", names)
    whole = pc.binary_join_element_wise(table["given_name"], table["surname"], " ")
    kept = table.select(names[2:]).add_column(0, "name", whole)
    path = folder / f"customers-{rows}.parquet"
    pq.write_table(kept, path)
    return path


def planned(path: Path) -> Plan:
    """The plan of the source, with the roles as a person would confirm them."""
    with open_source(str(path)).reading() as reading:
        plan = first_plan("speed", str(path), reading.as_of, reading.schema, guesses(reading))
    (name,) = plan.tables
    guessed = {column: told.role for column, told in plan.tables[name].columns.items()}
    assert guessed == ROLES, f"a role was guessed otherwise: {guessed}"
    return plan


def _mapped(path: Path, folder: Path) -> Callable[[], object]:
    plan = planned(path)
    found()  # so that imports are not measured

    def act() -> None:
        with open_source(str(path)).reading() as reading:
            whole = plan.applied(reading.schema)
            schema, _ = without(whole)
            mapped(Planned(reading, whole), plan, whole, schema, KEY, folder, Quiet())

    return act


def _grown(path: Path, folder: Path) -> Callable[[], object]:
    shape, rows = read_shape(path.with_name("shape.json")), pq.read_metadata(path).num_rows
    grow(shape, 10, 7, folder / "few", workers=1)  # so that imports are not measured
    return lambda: grow(shape, rows, 7, folder / "grown-anew", workers=1)


def _shape(path: Path, plan: Plan) -> Shape:
    with open_source(str(path)).reading() as reading:
        schema, _ = without(plan.applied(reading.schema))
        return profile(Planned(reading, schema), schema, key=KEY)


def _regenerated(path: Path, folder: Path) -> Callable[[], object]:
    plan, few = planned(path), path.with_name("few.parquet")
    grow(_shape(few, planned(few)), 10, 7, folder / "few", workers=1)  # so that imports are not measured
    return lambda: grow(_shape(path, plan), None, 7, folder / "grown-anew", workers=1)


def _written(path: Path, folder: Path, compression: str) -> Callable[[], object]:
    table = pq.read_table(path)
    if compression == "none":
        return lambda: pq.write_table(table, folder / "out.parquet", compression="none")
    columns = tuple(
        Column(name=name, kind="date" if name == "date_of_birth" else "text") for name in table.column_names
    )
    told = Table(name="customers", columns=columns)

    def act() -> None:
        with TableWriter(folder, told) as writer:
            for batch in table.to_batches(65_536):
                writer.add(batch)

    return act


def act_of(variant: str, path: Path, folder: Path) -> Callable[[], object]:
    """What is measured of a variant, with everything made ready."""
    match variant:
        case "agentprobe, mapped":
            return _mapped(path, folder)
        case "agentprobe, regenerated":
            return _regenerated(path, folder)
        case "agentprobe, grown":
            return _grown(path, folder)
        case "Parquet, zstd":
            return _written(path, folder, "zstd")
        case "Parquet, plain":
            return _written(path, folder, "none")
        case "SDV, sample":
            sampled = world_peers.sdv_fitted(pq.read_table(path))
            return lambda: sampled(ROWS[variant])
    make = {
        "Faker": world_peers.faker,
        "mimesis": world_peers.mimesis,
        "presidio-structured": world_peers.presidio_structured,
    }[variant]
    table = pq.read_table(path)
    make(table.slice(0, 10))  # so that imports are not measured
    return lambda: make(table)


def spent() -> float:
    """CPU seconds of this process and of its children that have ended."""
    return sum(
        used.ru_utime + used.ru_stime
        for used in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    )


def one(variant: str, path: Path) -> None:
    """In a process of its own: print the CPU seconds of one variant."""
    with tempfile.TemporaryDirectory() as name:
        act = act_of(variant, path, Path(name))
        before = spent()
        act()
        print(json.dumps(spent() - before))


def main(rounds: int) -> None:
    rates: dict[str, list[float]] = {variant: [] for variant in ROWS}
    with tempfile.TemporaryDirectory() as name:
        paths = {rows: source(rows, Path(name)) for rows in {*ROWS.values(), SHAPED}}
        pq.write_table(pq.read_table(paths[SHAPED]).slice(0, 2_000), Path(name) / "few.parquet")
        write_shape(Path(name) / "shape.json", _shape(paths[SHAPED], planned(paths[SHAPED])))
        for turn in range(rounds):
            for variant, rows in ROWS.items():
                words = [sys.executable, __file__, "--one", variant, str(paths[rows])]
                done = subprocess.run(words, capture_output=True, text=True, check=True)
                rates[variant].append(rows / json.loads(done.stdout.splitlines()[-1]))
                told = f"round {turn + 1}: {variant} {rates[variant][-1] / 1000:.1f}"
                print(f"{told}, load {os.getloadavg()[0]:.1f}", file=sys.stderr)
            # an interrupted run has told what it knows
            print(f"after {turn + 1} of {rounds} rounds", *_table(rates), sep="\n", flush=True)


def _table(rates: Mapping[str, list[float]]) -> Iterator[str]:
    """The figures of all rounds so far, a line for each variant."""
    head = f"{'':24}{'rows':>9}  {'thousand rows a CPU second':>26}  {'of the zstd limit':>17}"
    yield head + "".join(f"  {f'{kind} is':>14}" for kind in OURS)
    for variant, rows in ROWS.items():
        own = spread([rate / 1000 for rate in rates[variant]], 1)
        limit = _times(rates[variant], rates["Parquet, zstd"])
        ours = [_times(rates[f"agentprobe, {kind}"], rates[variant]) for kind in OURS]
        told = f"{variant:24}{rows:>9,}  {own:>26}  {limit:>17.3f}"
        yield told + "".join(f"  {one:>13.2f}×" for one in ours)


def _times(one: list[float], other: list[float]) -> float:
    """How many times as fast, round by round, in the middle."""
    return middle([mine / theirs for mine, theirs in zip(one, other, strict=True)])


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        one(sys.argv[2], Path(sys.argv[3]))
    else:
        main(int(sys.argv[1]) if sys.argv[1:] else 3)
