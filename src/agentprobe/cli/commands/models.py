"""`agentprobe models`: what models cost and how much they read, by a dated table."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import urlopen

import click
import msgspec
from rich.console import Console

from agentprobe.adapters.price_package import NAME, installed_prices
from agentprobe.basis.clock import RealClock
from agentprobe.errors import ConfigError, did_you_mean
from agentprobe.report.models_table import drawn
from agentprobe.trace.facts.limits import OWN as OWN_LIMITS
from agentprobe.trace.facts.limits import Limits, limits_here
from agentprobe.trace.facts.models import OWN, PROJECT, Model, Provider, Rates, Table, decoded, table_here
from agentprobe.trace.facts.reduce import reduced
from agentprobe.trace.facts.reduce_limits import is_litellm, reduced_limits, with_ended

PATIENCE = 30
"""Seconds to wait for a URL."""


@click.group("models")
def command() -> None:
    """Show what models cost, how much they read and write and when they end, or bring the tables up to date.

    \b
    agentprobe models show gpt-4.1-mini
    agentprobe models refresh --from genai-prices
    agentprobe models refresh --from model_prices_and_context_window.json
    agentprobe models set my-model --input 0.5 --output 2 --window 128000

    Tables of your own stand in .agentprobe/models.json (prices) and .agentprobe/limits.json (limits, ends)
    and go before those that ship.
    """


@command.command("show")
@click.argument("name", required=False)
def show(name: str | None) -> None:
    """Show the prices and windows of one model, or of all whose maker is known."""
    table, limits = table_here(), limits_here()
    if name and table.find(name).model is None and limits.find(name) is None:
        known = set(table.names()) | limits.by_id.keys()
        raise ConfigError(f"no model '{name}' in the table of {table.date}{did_you_mean(name, known)}")
    Console(highlight=False).print(drawn(table, name, RealClock().date(), limits))


@command.command("refresh")
@click.option(
    "--from",
    "source",
    required=True,
    metavar="FILE|URL|genai-prices",
    help="A data.json of genai-prices, a model_prices_and_context_window.json of litellm (limits and "
    "ends), a table written here before, or the installed package.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help=f"Where to. [default: {OWN}, for limits {OWN_LIMITS}]",
)
def refresh(source: str, out: Path | None) -> None:
    """Write a new table from what genai-prices or litellm publish; only a URL is fetched."""
    today = RealClock().date().date().isoformat()
    if source == NAME:
        providers, named = installed_prices()
        _keep(reduced(providers, date=today, source=named), out or OWN)
        return
    data = _fetched(source) if urlsplit(source).scheme in ("http", "https") else _bytes(Path(source))
    found = _json(data, source)
    if is_litellm(found):
        limits = with_ended(reduced_limits(found, date=today, source=source), limits_here())
        _write(limits, out or OWN_LIMITS)
        click.echo(f"{len(limits.models):,} models from {source} written to {out or OWN_LIMITS}")
        return
    ours = isinstance(found, dict) and found.get("agentprobe") == "models"
    table = decoded(data, source) if ours else reduced(found, date=today, source=source)
    _keep(table, out or OWN)


@command.command("set")
@click.argument("name")
@click.option("--input", "given", type=float, help="US dollars for a million tokens of input.")
@click.option("--output", "taken", type=float, help="The same for output.")
@click.option("--cached", type=float, help="The same for input that the provider's cache held.")
@click.option("--window", type=click.IntRange(min=1), help="How many tokens it reads at once.")
def set_(
    name: str, given: float | None, taken: float | None, cached: float | None, window: int | None
) -> None:
    """Say yourself what a model costs and reads, as for one that you host or have a contract for."""
    if given is None and taken is None and window is None:
        raise ConfigError("nothing to set; give --input and --output, or --window")
    table = table_here()
    known = table.find(name)
    rates: tuple[Rates, ...] = (Rates(input=_flat(given), output=_flat(taken), cached=_flat(cached)),)
    if given is None and taken is None:
        rates = known.model.rates if known.model is not None else ()
    model = Model(id=name.lower(), window=window or known.window, rates=rates)
    kept = [provider for provider in table.providers if provider.id != PROJECT]
    mine = [own for provider in table.providers if provider.id == PROJECT for own in provider.models]
    others = tuple(own for own in mine if own.id != model.id)
    project = Provider(id=PROJECT, models=(*others, model))
    _write(msgspec.structs.replace(table, providers=(project, *kept)), OWN)
    click.echo(f"{name} is set in {OWN}")


def _keep(table: Table, out: Path) -> None:
    table = _with_own(table, out)
    _write(table, out)
    click.echo(f"{sum(1 for _ in table.names()):,} models from {table.source} written to {out}")


def _json(data: bytes, source: str) -> Any:
    try:
        return msgspec.json.decode(data)
    except msgspec.MsgspecError as error:
        raise ConfigError(f"{source} is no JSON: {error}") from error


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ConfigError(f"cannot read {path}: {error.strerror}; give a file, a URL, or {NAME}") from error


def _fetched(url: str) -> bytes:
    try:
        with urlopen(url, timeout=PATIENCE) as reply:  # noqa: S310 - http and https only, seen to by the caller
            data: bytes = reply.read()
            return data
    except (OSError, ValueError) as error:
        raise ConfigError(f"cannot fetch {url}: {error}; download it and give the file") from error


def _with_own(table: Table, out: Path) -> Table:
    """The new table with the entries that the project has set itself."""
    if not out.is_file():
        return table
    mine = [provider for provider in table_here().providers if provider.id == PROJECT]
    return msgspec.structs.replace(table, providers=(*mine, *table.providers))


def _write(table: Table | Limits, out: Path) -> None:
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_bytes(msgspec.json.encode(table))


def _flat(price: float | None) -> tuple[tuple[int, float], ...] | None:
    return ((0, price),) if price is not None else None
