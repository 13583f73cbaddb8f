"""Write documents out of numbers: each sentence is a list of pieces from one table of strings."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from agentprobe.worlds.documents import grammar
from agentprobe.worlds.draws import U64, mixed
from agentprobe.worlds.untyped import array, pc

FIRST_DAY = int(np.datetime64("2010-01-01").astype("datetime64[D]").astype(np.int64))
_DAYS = 366 * 30
_MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
_END = -1
_OF_DOCUMENT = ("subject", "kind", "audience", "region", "from")
"""Places that are filled with what holds for the whole document."""

Grid = NDArray[np.int64]


class _Pieces:
    """All strings that documents are made of, and where those of each name begin."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.places: dict[str, tuple[int, int]] = {}
        self._known: dict[str, int] = {}

    def one(self, text: str) -> int:
        """The place of a string, which is added where it is new."""
        if text not in self._known:
            self._known[text] = len(self.texts)
            self.texts.append(text)
        return self._known[text]

    def many(self, name: str, texts: tuple[str, ...] | list[str]) -> None:
        """Add strings that stand together under a name."""
        self.places[name] = (len(self.texts), len(texts))
        self.texts += texts


@cache
def _pieces() -> tuple[_Pieces, Grid, dict[str, tuple[int, ...]], dict[str, int]]:
    """The table, the sentences as rows of it, those of each topic, and a number for each place's name."""
    table = _Pieces()
    table.many("subject", grammar.SUBJECTS)
    table.many("subject lower", [subject.lower() for subject in grammar.SUBJECTS])
    for topic in grammar.TOPICS:
        table.many(f"kind {topic}", grammar.KINDS[topic])
    for name, words in {**grammar.WORDS, **grammar.FIGURES}.items():
        table.many(name, words)
    for name in ("role", "audience", "product", "system"):
        table.many(f"{name} first", [word[0].upper() + word[1:] for word in grammar.WORDS[name]])
    table.many("date", [_spelled(FIRST_DAY + day) for day in range(_DAYS)])
    places = {name: -2 - number for number, name in enumerate(_place_names())}
    rows, topics = [_row(table, places, grammar.OPENING)], {}
    common = []
    for text in grammar.CLAUSES[""]:
        common.append(len(rows))
        rows.append(_row(table, places, text))
    for topic in grammar.TOPICS:
        own = []
        for text in grammar.CLAUSES[topic]:
            own.append(len(rows))
            rows.append(_row(table, places, text))
        topics[topic] = (*common, *own, *own)
    widest = max(len(row) for row in rows)
    grid = np.full((len(rows), widest), _END, dtype=np.int64)
    for number, row in enumerate(rows):
        grid[number, : len(row)] = row
    return table, grid, topics, places


def _place_names() -> list[str]:
    first = [f"{name} first" for name in ("role", "audience", "product", "system")]
    return [*_OF_DOCUMENT, *grammar.WORDS, *grammar.FIGURES, *first, "date"]


def _row(table: _Pieces, places: dict[str, int], text: str) -> list[int]:
    found = []
    for number, part in enumerate(re.split(r"\{([\w-]+)\}", text)):
        if number % 2:
            found.append(
                places[
                    f"{part} first"
                    if number == 1 and text.startswith("{") and f"{part} first" in places
                    else part
                ]
            )
        elif part:
            found.append(table.one(part))
    return found


def _spelled(day: int) -> str:
    told = np.datetime64(day, "D").item()
    return f"{told.day} {_MONTHS[told.month - 1]} {told.year}"


def bodies(
    codes: U64,
    figures: U64,
    topic: NDArray[np.int64],
    subject: Grid,
    audience: Grid,
    region: Grid,
    valid: Grid,
    kind: Grid,
) -> pa.Array[Any]:
    """The texts of documents; a row of `codes` is one document, a number a sentence, zero none."""
    table, grid, topics, places = _pieces()
    lists = [np.asarray(topics[name]) for name in grammar.TOPICS]
    document, slot = np.nonzero(codes)
    code, figure = codes[document, slot], figures[document, slot]
    sentences = np.zeros(len(document), dtype=np.int64)
    for number, own in enumerate(lists):
        mine = topic[document] == number
        sentences[mine] = own[(mixed(code[mine]) % np.uint64(len(own))).astype(np.int64)]
    many = len(codes)
    document = np.concatenate([np.arange(many), document])
    order = np.argsort(document, kind="stable")
    code = np.concatenate([np.zeros(many, np.uint64), code])[order]
    figure = np.concatenate([np.zeros(many, np.uint64), figure])[order]
    sentences = np.concatenate([np.zeros(many, np.int64), sentences])[order]
    document = document[order]
    cells = grid[sentences]
    whole = {
        "subject": table.places["subject lower"][0] + subject,
        "audience": table.places["audience"][0] + audience,
        "region": table.places["region"][0] + region,
        "from": table.places["date"][0] + np.clip(valid - FIRST_DAY, 0, _DAYS - 1),
        "kind": np.array([table.places[f"kind {name}"][0] for name in grammar.TOPICS])[topic] + kind,
    }
    opening = sentences == 0
    flat = cells.reshape(-1)  # the same memory
    for name, at in _to_fill(flat, places):
        row, column = np.divmod(at, cells.shape[1])
        if name == "subject" or name in ("kind", "from"):
            flat[at] = whole[name][document[row]]
            continue
        drawn = _drawn(table.places[name], name, code[row], figure[row], column)
        if name in whole:
            drawn = np.where(opening[row], whole[name][document[row]], drawn)
        flat[at] = drawn
    return _joined(table, cells, document, many)


def _to_fill(flat: Grid, places: dict[str, int]) -> Iterator[tuple[str, Grid]]:
    """Each name with the cells that are to be filled by it, counted row by row."""
    at = np.flatnonzero(flat < _END)
    numbers = (-2 - flat[at]).astype(np.uint8)
    order = np.argsort(numbers, kind="stable")
    ends = np.cumsum(np.bincount(numbers, minlength=-min(places.values())))
    pieces = np.split(at[order], ends)
    for name, number in places.items():
        if len(pieces[-2 - number]):
            yield name, pieces[-2 - number]


def _drawn(place: tuple[int, int], name: str, code: U64, figure: U64, column: Grid) -> Grid:
    start, count = place
    changing = name in grammar.FIGURES or name == "date"
    state = mixed(code ^ (column.astype(np.uint64) << np.uint64(48)))
    if changing:
        state = mixed(state ^ figure)
    if name == "date":
        # Dates that documents name lie in few years.
        return start + 365 * 9 + (state % np.uint64(365 * 7)).astype(np.int64)
    return start + (state % np.uint64(count)).astype(np.int64)


def _joined(table: _Pieces, cells: Grid, document: Grid, many: int) -> pa.Array[Any]:
    """Put the pieces together, sentence after sentence, four to a paragraph."""
    space, paragraph = table.one(" "), table.one("\n\n")
    begin = np.searchsorted(document, np.arange(many))
    within = np.arange(len(document)) - begin[document]
    gap = np.where(within % 4 == 0, paragraph, space)
    gap[begin] = _END
    all_cells = np.concatenate([gap[:, None], cells], axis=1)
    held = all_cells != _END
    per_document = np.bincount(document, weights=held.sum(axis=1), minlength=many).astype(np.int64)
    offsets = np.concatenate([[0], np.cumsum(per_document)]).astype(np.int32)
    strings = array(table.texts).take(array(all_cells[held]))
    lists = pa.ListArray.from_arrays(array(offsets), strings)
    made: pa.Array[Any] = pc.binary_join(lists, "")
    return made


def titles(
    topic: Grid, subject: Grid, kind: Grid, audience: Grid, region: Grid, style: Grid
) -> pa.Array[Any]:
    """A heading for each document; what it tells of audience and region is a matter of style."""
    kinds = [word for name in grammar.TOPICS for word in grammar.KINDS[name]]
    starts = np.cumsum([0, *(len(grammar.KINDS[name]) for name in grammar.TOPICS)])[:-1]
    named = array(grammar.SUBJECTS).take(array(subject))
    called = array(kinds).take(array(starts[topic] + kind))
    both = pc.binary_join_element_wise(named, called, " ")
    for_whom = array([f" for {word}" for word in grammar.WORDS["audience"]]).take(array(audience))
    where = array(["", *(f" ({word})" for word in grammar.WORDS["region"][1:])]).take(array(region))
    reversed_ = pc.binary_join_element_wise(called, named, ": ")
    both = pc.if_else(array(style % 5 == 4), pc.utf8_capitalize(reversed_), both)
    with_whom = pc.binary_join_element_wise(both, for_whom, "")
    told = pc.if_else(array(style % 3 == 1), with_whom, both)
    made: pa.Array[Any] = pc.if_else(
        array(style % 2 == 1), pc.binary_join_element_wise(told, where, ""), told
    )
    return made
