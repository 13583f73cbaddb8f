"""The tables of a team's store; they are made by the first push and carry a number."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from agentprobe.adapters.team.address import StoreError

if TYPE_CHECKING:
    import psycopg

VERSION = 1
"""The number of the schema."""
LOCK = 0x61707462
"""The first half of the names of our advisory locks; the second is a project's number, 0 for the schema."""
_SCHEMA = """
CREATE SCHEMA IF NOT EXISTS agentprobe;
CREATE TABLE agentprobe.about (version integer NOT NULL);
CREATE TABLE agentprobe.projects (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text COLLATE "C" UNIQUE NOT NULL);
CREATE SEQUENCE agentprobe.traces;
CREATE TABLE agentprobe.contents (
    project integer NOT NULL REFERENCES agentprobe.projects, digest text COLLATE "C" NOT NULL,
    size bigint NOT NULL, PRIMARY KEY (project, digest));
CREATE TABLE agentprobe.pieces (
    project integer NOT NULL, digest text COLLATE "C" NOT NULL, number integer NOT NULL,
    bytes bytea NOT NULL, PRIMARY KEY (project, digest, number),
    FOREIGN KEY (project, digest) REFERENCES agentprobe.contents ON DELETE CASCADE);
ALTER TABLE agentprobe.pieces ALTER bytes SET STORAGE EXTERNAL;
CREATE TABLE agentprobe.sessions (
    id bigint PRIMARY KEY, project integer NOT NULL, digest text COLLATE "C" NOT NULL,
    path text COLLATE "C" NOT NULL, stamp text COLLATE "C", session text COLLATE "C" NOT NULL,
    started text COLLATE "C" NOT NULL, seconds double precision, status text COLLATE "C", exit integer,
    simulated integer, command text COLLATE "C", problems text COLLATE "C", models integer, tools integer,
    failed integer, retried integer, truncated integer, input_tokens bigint, output_tokens bigint,
    dollars double precision, UNIQUE (project, digest), UNIQUE (project, path),
    FOREIGN KEY (project, digest) REFERENCES agentprobe.contents);
CREATE INDEX ON agentprobe.sessions (project, started DESC, id DESC);
CREATE INDEX ON agentprobe.sessions (project, session);
CREATE TABLE agentprobe.spans (
    trace bigint NOT NULL, place integer NOT NULL, project integer NOT NULL, number integer,
    kind text COLLATE "C" NOT NULL, name text COLLATE "C" NOT NULL, at double precision,
    seconds double precision, http integer, attempts integer, error text COLLATE "C" NOT NULL,
    truncated integer, writes integer, input_tokens bigint, output_tokens bigint, dollars double precision,
    prompt text COLLATE "C" NOT NULL, PRIMARY KEY (trace, place));
CREATE INDEX ON agentprobe.spans (project, kind, name, trace);
CREATE INDEX ON agentprobe.spans (project, trace) WHERE error <> '';
CREATE INDEX ON agentprobe.spans (project, prompt, trace) WHERE prompt <> '';
CREATE INDEX ON agentprobe.spans (project, seconds);
CREATE INDEX ON agentprobe.spans (project, dollars) WHERE dollars IS NOT NULL;
CREATE TABLE agentprobe.texts (
    trace bigint NOT NULL, place integer NOT NULL, text text COLLATE "C" NOT NULL,
    words text COLLATE "C" NOT NULL, PRIMARY KEY (trace, place));
CREATE INDEX ON agentprobe.texts USING gin (string_to_array(words, ' '));
CREATE TABLE agentprobe.durations (
    project integer, kind text COLLATE "C", name text COLLATE "C", class integer, times bigint NOT NULL,
    PRIMARY KEY (project, kind, name, class));
CREATE TABLE agentprobe.totals (
    project integer, kind text COLLATE "C", name text COLLATE "C", calls bigint, attempts bigint,
    failed bigint, truncated bigint, input_tokens bigint, output_tokens bigint, dollars double precision,
    priced bigint, PRIMARY KEY (project, kind, name));
"""
_THERE = """
SELECT count(*) FROM pg_catalog.pg_class JOIN pg_catalog.pg_namespace ON pg_namespace.oid = relnamespace
WHERE nspname = 'agentprobe' AND relname = 'about'
"""
"""Asks the catalogue itself: to_regclass() may answer from before the wait for a lock."""


def version(connection: psycopg.Connection) -> int | None:
    """The number of the schema that is there; None when there is none.

    Raises StoreError for one that a newer agentprobe has made.
    """
    (there,) = _one(connection, _THERE)
    if not there:
        return None
    (found,) = _one(connection, "SELECT version FROM agentprobe.about")
    if found > VERSION:
        raise StoreError(
            f"the store was made by a newer agentprobe (schema {found}, this one knows {VERSION}); "
            "upgrade agentprobe"
        )
    return int(found)


def make(connection: psycopg.Connection) -> None:
    """Make the tables where there are none; of many that try at once, one does.

    Raises StoreError for a database that cannot hold every text.
    """
    if version(connection) is not None:
        return
    (encoding,) = _one(connection, "SHOW server_encoding")
    if encoding != "UTF8":
        raise StoreError(f"the database is in {encoding}; make one with: createdb --encoding UTF8 NAME")
    with connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(%s, 0)", (LOCK,))
        if version(connection) is None:
            connection.execute(_SCHEMA)
            connection.execute("INSERT INTO agentprobe.about VALUES (%s)", (VERSION,))


def _one(connection: psycopg.Connection, query: str) -> tuple[Any, ...]:
    row = connection.execute(query).fetchone()
    assert row is not None
    return row
