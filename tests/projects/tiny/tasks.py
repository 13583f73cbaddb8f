"""Two tasks a person: where somebody lives, and moving them; ambiguous as soon as two have the name."""

import json
from pathlib import Path

from agentprobe.domain.task import ExpectedEffect, Observation, Task


def moved_once(found: Observation) -> str | None:
    """Judge by the world itself that exactly one line was written."""
    assert found.world is not None
    lines = (Path(found.world) / "moves.txt").read_text().splitlines()
    return None if len(lines) == 1 else f"moves.txt has {len(lines)} lines"


def make(folder: Path, rows: int) -> list[Task]:
    people = json.loads((folder / "people.json").read_text())
    tasks = []
    for number in (1, 2, 3):
        named = [person for person in people if person["name"] == f"Jo {number}"]
        several = len(named) > 1
        tasks.append(
            Task(
                id=f"where-{number}",
                prompt=f"Where does Jo {number} live?",
                contains=() if several else (f"City{number}",),
                asks_back=several,
            )
        )
        tasks.append(
            Task(
                id=f"move-{number}",
                prompt=f"Move Jo {number} to Kew.",
                asks_back=several,
                effects=()
                if several
                else (ExpectedEffect(tool="move", arguments={"id": number, "city": "Kew"}),),
                check=None if several else moved_once,
            )
        )
    return tasks
