"""How a run's tools learn where its world is: environment variables, known before any world is built."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

FILES = {"sqlite": "world.sqlite", "duckdb": "world.duckdb"}
"""The database file of each form that has one."""
SCHEMES = {"sqlite": "sqlite:///", "duckdb": "duckdb:///"}
OVERLAY = "postgres_overlay"


def variables(form: str, *, address: str, seen_at: Path, name: str) -> dict[str, str]:
    """The variables of a run whose world is seen at a folder, or is the database `name` at an address.

    In an overlay all runs share the database at the address, and `name` is the run's schema in it.
    """
    found = {
        "AGENTPROBE_WORLD": str(seen_at),
        "WORLD_VECTORS": str(seen_at / "vectors"),
        "WORLD_CALENDARS": str(seen_at / "calendars"),
    }
    if form == OVERLAY:
        return {**found, "DATABASE_URL": _schema(address, name)}
    if form not in FILES:
        return {**found, "DATABASE_URL": database(address, name)}
    file = str(seen_at / FILES[form])
    return {**found, "DATABASE_URL": SCHEMES[form] + file, f"WORLD_{form.upper()}": file}


def database(address: str, name: str) -> str:
    """The address of another database on the same server."""
    parts = urlsplit(address)
    return urlunsplit(parts._replace(path=f"/{quote(name)}"))


def _schema(address: str, name: str) -> str:
    """The same database, in which unqualified names mean the run's own schema."""
    parts = urlsplit(address)
    told = [pair for pair in parse_qsl(parts.query) if pair[0] not in ("options", "application_name")]
    before = dict(parse_qsl(parts.query)).get("options", "")
    options = f"{before} -c search_path={name},public".strip()
    query = urlencode([*told, ("application_name", name), ("options", options)], quote_via=quote)
    return urlunsplit(parts._replace(query=query))
