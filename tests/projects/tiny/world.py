"""People and where they live; names begin to collide beyond a hundred."""

import json
from pathlib import Path


def build(folder: Path, rows: int, seed: int) -> None:
    people = [{"id": n, "name": f"Jo {n % 100}", "city": f"City{n}"} for n in reversed(range(rows))]
    (folder / "people.json").write_text(json.dumps(people))
    (folder / "moves.txt").write_text("")
    built = Path(__file__).parent / "built.log"
    with built.open("a") as file:
        file.write(f"{rows} {seed}\n")
