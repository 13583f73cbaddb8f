"""What each wire fault becomes by the time it reaches the caller of each SDK and framework, streamed and not.

Run: python benchmarks/conformance/matrix.py [--only NAME …] [--tell]

A small program per library (callers/) refunds an order through one tool, asking the simulated model through
the real gateway, while one fault of the catalogue strikes the answer that wishes for the tool, or the one
after it. What reached the program is kept in results.json; a cell that is there is not run again until its
library, its fault or its caller changes. At the end docs/conformance.md is written from it.
"""

from __future__ import annotations

import argparse
import sys
import threading
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from agentprobe.basis.clock import RealClock
from agentprobe.gateway.background import BackgroundGateway, background
from conformance.column import COLUMNS, Caller, Column, Unavailable
from conformance.facts import Cell, Facts, Found, Point
from conformance.judge import Verdict, judge
from conformance.kept import Kept, key
from conformance.page import write
from conformance.rows import Row, rows
from conformance.running import run

PARALLEL = 2
OFTEN = 40
"""After so many new cells of a column they are written down."""
_shouting = threading.Lock()


class Bench:
    """The rows, what is kept of them, and the gateway that all cells go through."""

    def __init__(
        self, rows: Sequence[Row], kept: Kept, gateway: BackgroundGateway, names: Iterable[str]
    ) -> None:
        self._rows = rows
        self._kept = kept
        self._gateway = gateway
        self._names = names

    def column(self, column: Column) -> None:
        """Run all cells of a column that are not finished."""
        with Caller(column) as caller:
            try:
                self._sound(caller)
            except Unavailable as error:
                self._kept.missing[column.name] = str(error)
                _say(f"{column.title}: {error}")
                return
            self._kept.missing.pop(column.name, None)
            self._kept.libraries[column.name] = dict(caller.libraries)
            self._cells(caller)
        self._write()

    def _sound(self, caller: Caller) -> None:
        """Raises Unavailable where the task does not succeed even without a fault."""
        caller.begin()
        for streamed in (False, True):
            cell = Cell(column=caller.column.name, streamed=streamed, row="", point=Point.CALL)
            facts = run(cell, caller, self._gateway)
            if not facts.as_wished or judge(_as_if_struck(facts)) is not Verdict.RIGHT:
                raise Unavailable(f"the task fails without any fault: {facts}")

    def _cells(self, caller: Caller) -> None:
        new = 0
        for streamed in (False, True):
            for number, row in enumerate(self._rows, start=1):
                for cell in row.cells(caller.column.name, streamed=streamed):
                    new += self._with_its_lasting_form(cell, row, caller)
                if new >= OFTEN:
                    self._write()
                    new = 0
                mode = "streamed" if streamed else "whole"
                _say(f"{caller.column.title}, {mode}: {number}/{len(self._rows)} {row.text}")

    def _with_its_lasting_form(self, cell: Cell, row: Row, caller: Caller) -> int:
        """A cell, and where asking again saved it, the same with a fault that lasts; how many are new."""
        facts, new = self._cell(cell, row, caller)
        if cell.lasting or cell.watched or judge(facts) is not Verdict.RIGHT or facts.asked < 2:
            return new
        lasting = Cell(
            column=cell.column, streamed=cell.streamed, row=cell.row, point=cell.point, lasting=True
        )
        return new + self._cell(lasting, row, caller)[1]

    def _cell(self, cell: Cell, row: Row, caller: Caller) -> tuple[Facts, int]:
        its_key = key(cell, caller.column, caller.libraries, row.code)
        if (known := self._kept.get(its_key)) is not None:
            return known.facts, 0
        facts = run(cell, caller, self._gateway)
        date = RealClock().date().date().isoformat()
        self._kept.add(Found(cell=cell, facts=facts, key=its_key, date=date))
        return facts, 1

    def _write(self) -> None:
        self._kept.write(self._names)


def _as_if_struck(facts: Facts) -> Facts:
    return Facts(struck=1, answer=facts.answer, error=facts.error, executed=facts.executed, hung=facts.hung)


def _say(words: str) -> None:
    with _shouting:
        print(words, file=sys.stderr, flush=True)


def main() -> None:
    """Run what is not finished and write what came of it."""
    told = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    told.add_argument(
        "--only", nargs="+", default=[], metavar="NAME", help="columns or faults, by their names"
    )
    told.add_argument("--tell", action="store_true", help="run nothing; write the page from what is kept")
    given = told.parse_args()
    all_rows, kept = rows(), Kept()
    columns = [c for c in COLUMNS if c.name in given.only] or list(COLUMNS)
    chosen = [row for row in all_rows if row.name in given.only] or all_rows
    if not given.tell:
        with background() as gateway, ThreadPoolExecutor(PARALLEL) as pool:
            bench = Bench(chosen, kept, gateway, [row.text for row in all_rows])
            list(pool.map(bench.column, columns))
            for defect in gateway.defects:
                _say(f"a defect of agentprobe: {type(defect).__name__}: {defect}")
    kept.write([row.text for row in all_rows])
    write(all_rows, kept)


if __name__ == "__main__":
    main()
