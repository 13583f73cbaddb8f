"""A world in one SQLite file."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

from agentprobe.errors import FixtureError
from agentprobe.worlds.look import Look
from agentprobe.worlds.stand import shared_file
from agentprobe.worlds.stand.form import Form, Loaded, Run, Work
from agentprobe.worlds.stand.looks import SqliteLook
from agentprobe.worlds.stand.sqlite_load import Loading
from agentprobe.worlds.stand.standing import Standing

FILE = "world.sqlite"


class Sqlite(Form):
    """All tables in `world.sqlite`; the default.

    Each run has the file by a link and writes into a log of its own, so a run costs milliseconds at any size.
    What a run cannot do: leave WAL mode, and take the exclusive locking mode ("database is locked").
    """

    name = "sqlite"

    def load(self, work: Work) -> Loaded:
        """Write all rows and indexes, and seal the file in WAL mode."""
        path = work.folder / FILE
        path.touch(0o600)
        loading = Loading(path, work)
        try:
            loading.all()
        except sqlite3.Error as error:
            raise FixtureError(f"the world cannot stand in SQLite: {error}") from error
        return Loaded(shared=(FILE,), notes=tuple(loading.notes))

    def furnish(self, run: Run) -> Mapping[str, str]:
        """Link the file into the run's folder and guard it."""
        mark = run.standing.mark(FILE)
        shared_file.check(run.home, mark)
        how = shared_file.share(run.home, mark, run.folder / FILE)
        return {} if how == shared_file.LINKED else {FILE: f"{FILE} is {how} for each run"}

    def release(self, standing: Standing, folder: Path, address: str) -> None:
        """Remove the run's link and log."""
        shared_file.unshare(folder / FILE)
        home = Path(standing.home)
        if (home / FILE).exists():
            shared_file.check(home, standing.mark(FILE))

    def look(self, standing: Standing, folder: Path, address: str) -> Look:
        """The file as the run left it; of the world itself, the sealed file."""
        mode = "mode=ro" if standing.home else "mode=ro&immutable=1"
        return SqliteLook(f"file:{quote(str((folder / FILE).absolute()))}?{mode}")
