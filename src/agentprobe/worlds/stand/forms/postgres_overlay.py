"""A world in a schema of a PostgreSQL database, over which each run has a schema of its own."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from agentprobe.basis.canonical import digest_of
from agentprobe.worlds.look import Look
from agentprobe.worlds.stand.addresses import remember
from agentprobe.worlds.stand.form import Form, Loaded, Run, Work
from agentprobe.worlds.stand.overlay import overlaid, sealed
from agentprobe.worlds.stand.postgres_load import Loading
from agentprobe.worlds.stand.postgres_look import PostgresLook
from agentprobe.worlds.stand.servers import BASE, RUN, comment, connected, drop_left, drop_schema, name_of
from agentprobe.worlds.stand.standing import Standing


class PostgresOverlay(Form):
    """One copy of the world for all runs; each run writes into a schema of views over it.

    A run costs milliseconds at any size. INSERT, UPDATE and DELETE work, with RETURNING, keys and references;
    ON CONFLICT, SELECT ... FOR UPDATE, TRUNCATE and names with a schema before them (`public.orders`) do not:
    where an agent needs them, take the form `postgres`. The connection string sets the search path.
    """

    name = "postgres_overlay"
    needs_address = True

    def load(self, work: Work) -> Loaded:
        """Fill a schema that runs only read."""
        base = f"world_{work.world.manifest.digest[:12]}_{digest_of(str(work.target))[:8]}"
        with connected(work.address) as connection:
            drop_left(connection, "SCHEMA")
            drop_schema(connection, base)
            connection.execute(f"CREATE SCHEMA {name_of(base)}".encode())
            comment(connection, "SCHEMA", base, BASE)
            try:
                loading = Loading(connection, work, dict.fromkeys(work.world.schema.names, base))
                loading.all()
                connection.execute(sealed(work.world.schema, base).encode())
            except BaseException:
                drop_schema(connection, base)
                raise
        return Loaded(address=remember(work.address), base=base, notes=tuple(loading.notes))

    def furnish(self, run: Run) -> Mapping[str, str]:
        """Make the run's schema anew."""
        with connected(run.address) as connection:
            drop_left(connection, "SCHEMA")
            drop_schema(connection, run.name)
            with connection.transaction():
                connection.execute(overlaid(run.standing.schema, run.standing.base, run.name).encode())
                comment(connection, "SCHEMA", run.name, RUN)
        return {}

    def release(self, standing: Standing, folder: Path, address: str) -> None:
        """End the run's connections and drop its schema."""
        with connected(address) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = %s "
                "AND datname = current_database() AND pid <> pg_backend_pid()",
                (standing.run,),
            )
            drop_schema(connection, standing.run)

    def look(self, standing: Standing, folder: Path, address: str) -> Look:
        """The run's schema, or the world's."""
        return PostgresLook(address, (standing.run or standing.base,))

    def discard(self, standing: Standing, address: str) -> None:
        """Drop the world's schema."""
        with connected(address) as connection:
            drop_schema(connection, standing.base)
