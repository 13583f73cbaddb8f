"""A world in a PostgreSQL database of its own, which is the template of each run's."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from agentprobe.basis.canonical import digest_of
from agentprobe.worlds.look import Look
from agentprobe.worlds.schema import Schema
from agentprobe.worlds.stand.addresses import remember
from agentprobe.worlds.stand.form import Form, Loaded, Run, Work
from agentprobe.worlds.stand.postgres_load import Loading
from agentprobe.worlds.stand.postgres_look import PostgresLook
from agentprobe.worlds.stand.servers import (
    BASE,
    RUN,
    ask,
    comment,
    connected,
    drop_database,
    drop_left,
    name_of,
)
from agentprobe.worlds.stand.standing import Standing
from agentprobe.worlds.stand.variables import database

LARGE_BYTES = 1 << 30


class Postgres(Form):
    """A database for the world, and a copy of it for each run, made by PostgreSQL itself.

    Everything works as in production, and a run costs what copying the database's files costs: about a
    second for a gigabyte. The form `postgres_overlay` copies nothing. Needs the right to create databases.
    """

    name = "postgres"
    needs_address = True

    def load(self, work: Work) -> Loaded:
        """Create a database beside the one at the address, and fill it."""
        base = f"agentprobe_{work.world.manifest.digest[:12]}_{digest_of(str(work.target))[:8]}"
        with connected(work.address) as server:
            drop_left(server, "DATABASE")
            drop_database(server, base)
            server.execute(f"CREATE DATABASE {name_of(base)} TEMPLATE template0 ENCODING 'UTF8'".encode())
            comment(server, "DATABASE", base, BASE)
            try:
                return self._filled(work, base)
            except BaseException:
                drop_database(server, base)
                raise

    def _filled(self, work: Work, base: str) -> Loaded:
        places = namespaces(work.world.schema)
        with connected(database(work.address, base)) as connection:
            for space in sorted(set(places.values())):
                connection.execute(f"CREATE SCHEMA IF NOT EXISTS {name_of(space)}".encode())
            loading = Loading(connection, work, places)
            loading.all()
            ((size,),) = ask(connection, "SELECT pg_database_size(current_database())")
            # The world itself is only looked at; the setting does not go into the runs' copies.
            connection.execute(
                f"ALTER DATABASE {name_of(base)} SET default_transaction_read_only = on".encode()
            )
        large = f"each run copies {size / 1e9:,.1f} GB; the form postgres_overlay copies nothing"
        notes = (*loading.notes, large) if size > LARGE_BYTES else tuple(loading.notes)
        return Loaded(address=remember(work.address), base=base, notes=notes)

    def furnish(self, run: Run) -> Mapping[str, str]:
        """Make the run's database anew."""
        base, name = run.standing.base, name_of(run.name)
        others = sorted(set(namespaces(run.standing.schema).values()) - {"public"})
        with connected(run.address) as server:
            drop_left(server, "DATABASE")
            drop_database(server, run.name)
            # One copy at a time: PostgreSQL makes none of a database that it is just looking into.
            server.execute("SELECT pg_advisory_lock(hashtext(%s))", (base,))
            server.execute(f"CREATE DATABASE {name} TEMPLATE {name_of(base)}".encode())
            server.execute("SELECT pg_advisory_unlock(hashtext(%s))", (base,))
            comment(server, "DATABASE", run.name, RUN)
            if others:
                path = ", ".join(map(name_of, ["public", *others]))
                server.execute(f"ALTER DATABASE {name} SET search_path = {path}".encode())
        return {}

    def release(self, standing: Standing, folder: Path, address: str) -> None:
        """Drop the run's database, whoever is still connected to it."""
        with connected(address) as server:
            drop_database(server, standing.run)

    def look(self, standing: Standing, folder: Path, address: str) -> Look:
        """The run's database, or the world's."""
        spaces = tuple(sorted(set(namespaces(standing.schema).values())))
        return PostgresLook(database(address, standing.run or standing.base), spaces)

    def discard(self, standing: Standing, address: str) -> None:
        """Drop the world's database."""
        with connected(address) as server:
            drop_database(server, standing.base)


def namespaces(schema: Schema) -> dict[str, str]:
    """Each table's schema in the database: as in production, where it had one there."""
    return {table.name: table.namespace if _usual(table.namespace) else "public" for table in schema.tables}


def _usual(name: str) -> bool:
    return bool(name) and len(name.encode()) <= 63 and not name.startswith(("pg_", "information_schema"))
