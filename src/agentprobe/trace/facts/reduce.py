"""To make a table of models out of the one that the genai-prices project publishes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from agentprobe.errors import ConfigError
from agentprobe.trace.facts.models import Model, Provider, Rates, Steps, Table

_PRICES = {
    "input": "input_mtok",
    "output": "output_mtok",
    "cached": "cache_read_mtok",
    "written": "cache_write_mtok",
    "reasoning": "output_reasoning_mtok",
}


def reduced(providers: Any, *, date: str, source: str) -> Table:
    """What agentprobe needs of a list of providers in the form of genai-prices' data.json.

    Raises ConfigError when it is in another form.
    """
    try:
        return Table(date=date, source=source, providers=tuple(_providers(providers)))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ConfigError(
            f"{source} is no table of prices: {type(error).__name__}: {error}; give the data.json of "
            "genai-prices, or a table that 'agentprobe models refresh' has written"
        ) from error


def _providers(providers: Sequence[Mapping[str, Any]]) -> Iterator[Provider]:
    if not isinstance(providers, list):
        raise TypeError("a list of providers is expected")
    for provider in providers:
        models = [_model(model) for model in provider["models"]]
        priced = tuple(model for model in models if model.rates or model.window)
        yield Provider(id=provider["id"], match=provider.get("model_match") or {}, models=priced)


def _model(model: Mapping[str, Any]) -> Model:
    prices = model.get("prices") or []
    listed = prices if isinstance(prices, list) else [{"prices": prices}]
    return Model(
        id=model["id"],
        match=model.get("match") or {},
        window=model.get("context_window"),
        rates=tuple(_rates(entry) for entry in listed if _tokens_are_priced(entry["prices"])),
    )


def _tokens_are_priced(prices: Mapping[str, Any]) -> bool:
    return any(prices.get(name) is not None for name in ("input_mtok", "output_mtok"))


def _rates(entry: Mapping[str, Any]) -> Rates:
    held = entry.get("constraint") or {}
    steps = {name: _steps(entry["prices"].get(key)) for name, key in _PRICES.items()}
    daily = (str(held["start_time"])[:8], str(held["end_time"])[:8]) if "start_time" in held else None
    return Rates(**steps, start=str(held.get("start_date", "")), daily=daily)


def _steps(price: Any) -> Steps | None:
    if price is None:
        return None
    if not isinstance(price, Mapping):
        return ((0, float(price)),)
    tiers = ((int(tier["start"]), float(tier["price"])) for tier in price["tiers"])
    return ((0, float(price["base"])), *tiers)
