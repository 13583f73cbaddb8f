"""The people at a world's heart, as they can be asked for."""

from __future__ import annotations

from agentprobe.worlds.planting.persons import names_of, who
from agentprobe.worlds.planting.planted import Who
from agentprobe.worlds.planting.stage import Row, Stage
from agentprobe.worlds.tasks.truth import Truth


def people_of(stage: Stage, truth: Truth, *, filled: tuple[str, ...] = ()) -> list[tuple[Row, Who]]:
    """Those with a whole name and the columns that are asked for, in an order that chance decides.

    Short surnames come first, since frequent names are short (Zipf 1935): it is they that have neighbours.
    """
    people = truth.people
    found = [
        (row, who(row, people))
        for row in stage.heart(people.table)
        if all(names_of(row, people)) and all(row[column] not in (None, "") for column in filled)
    ]
    stage.chance("order").shuffle(found)
    return sorted(found, key=lambda pair: len(pair[1].surname))
