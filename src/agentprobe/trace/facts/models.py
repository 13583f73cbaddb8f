"""The dated table of models: what their tokens cost and how much they can read at once."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, time
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from agentprobe.errors import ConfigError

OWN = Path(".agentprobe/models.json")
"""Where a project keeps a table of its own, which goes before the one that ships."""
VERSION = 1
Steps = tuple[tuple[int, float], ...]
"""A price that rises with the input: from so many tokens on, so many dollars a million."""


class Rates(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """US dollars for a million tokens; None where the table says nothing."""

    input: Steps | None = None
    output: Steps | None = None
    cached: Steps | None = None
    """Input that the provider had in its cache."""
    written: Steps | None = None
    """Input that was put into the cache."""
    reasoning: Steps | None = None
    """Output that the model thought and did not say, where it has a price of its own."""
    start: str = ""
    """The first day on which they hold, as an ISO date."""
    daily: tuple[str, str] | None = None
    """The hours of the day, in UTC, in which they hold."""


class Model(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One model of one provider."""

    id: str
    match: Mapping[str, Any] = {}
    window: int | None = None
    """How many tokens it can read at once."""
    rates: tuple[Rates, ...] = ()
    """Later ones go before earlier ones where both hold."""

    def rates_at(self, moment: datetime | None) -> Rates | None:
        """What held at that moment; of an unknown one, what holds by the latest entry without hours."""
        held = [rates for rates in reversed(self.rates) if _holds(rates, moment)]
        return held[0] if held else (self.rates[0] if self.rates else None)


class Provider(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Who sells models."""

    id: str
    match: Mapping[str, Any] = {}
    """What the names of the models look like that it has made itself."""
    models: tuple[Model, ...] = ()


class Table(Struct, frozen=True, kw_only=True):
    """Models with their prices and windows, as somebody knew them on one day."""

    agentprobe: str = "models"
    version: int = VERSION
    date: str
    """The day on which it was put together, as an ISO date."""
    source: str
    """Whose knowledge it is."""
    providers: tuple[Provider, ...] = ()

    def find(self, name: str, dialect: str = "") -> Known:
        """What is known of a model by the name that a request gave it."""
        maker = _MAKERS.get(dialect, "")
        for provider in self._makers(name, maker):
            model = _found(provider, name)
            if model is not None:
                return Known(name=name, provider=provider.id, model=model)
        sellers = [(seller, model) for seller in self.providers if (model := _found(seller, name))]
        if not sellers:
            return Known(name=name, why=f"the table of {self.date} does not know it")
        if all(model.rates == sellers[0][1].rates for _, model in sellers):
            return Known(name=name, provider=sellers[0][0].id, model=sellers[0][1])
        told = ", ".join(seller.id for seller, _ in sellers[:4])
        windows = {model.window for _, model in sellers}
        only = Model(id=name, window=windows.pop() if len(windows) == 1 else None)
        return Known(name=name, model=only, why=f"{told} sell it at different prices")

    def names(self) -> Iterator[str]:
        """The ids of all models, provider by provider."""
        return (model.id for provider in self.providers for model in provider.models)

    def _makers(self, name: str, first: str) -> list[Provider]:
        """Those who have made a model of this name; the project's own entries go first."""
        mine = [provider for provider in self.providers if provider.id == PROJECT]
        spoken = [provider for provider in self.providers if provider.id == first]
        return [*mine, *spoken, *(p for p in self.providers if p.match and matches(p.match, name))]


class Known(Struct, frozen=True, kw_only=True):
    """What the table knows of a model; without a `model`, or without rates, `why` says what is missing."""

    name: str
    provider: str = ""
    model: Model | None = None
    why: str = ""

    @property
    def window(self) -> int | None:
        """How many tokens it can read at once; None when nobody says."""
        return self.model.window if self.model is not None else None


PROJECT = "project"
"""The provider under whose name a project's own entries stand."""
_MAKERS = {
    "openai_chat": "openai",
    "openai_responses": "openai",
    "anthropic_messages": "anthropic",
    "gemini": "google",
}
_TESTS: Mapping[str, Callable[[str, str], bool]] = {
    "equals": lambda name, text: name == text,
    "starts_with": lambda name, text: name.startswith(text),
    "ends_with": lambda name, text: name.endswith(text),
    "contains": lambda name, text: text in name,
}


def matches(clause: Mapping[str, Any], name: str) -> bool:
    """Does a name fit a clause: `equals`, `starts_with`, `ends_with`, `contains`, `regex`, `or`, `and`?"""
    ((word, told),) = clause.items()
    if word == "or":
        return any(matches(part, name) for part in told)
    if word == "and":
        return all(matches(part, name) for part in told)
    if word == "regex":
        return re.search(told, name.lower()) is not None
    test = _TESTS.get(word)
    return test is not None and test(name.lower(), str(told).lower())


def read_table(path: Path) -> Table:
    """A table from a file; raises ConfigError for one that is none or of a newer version."""
    try:
        return decoded(path.read_bytes(), str(path))
    except OSError as error:
        raise ConfigError(f"cannot read {path}: {error.strerror}") from error


def decoded(data: bytes, where: str) -> Table:
    """A table from its bytes; raises ConfigError when they are none."""
    try:
        table = msgspec.json.decode(data, type=Table)
    except msgspec.MsgspecError as error:
        raise ConfigError(
            f"{where} is no table of models: {error}; write it with 'agentprobe models refresh'"
        ) from error
    if table.agentprobe != "models" or table.version != VERSION:
        raise ConfigError(f"{where} is no table of models that this agentprobe reads")
    return table


def table_here(folder: Path | None = None) -> Table:
    """The table that holds in a folder: the project's own where there is one, else the one that ships."""
    own = (folder or Path()) / OWN
    return read_table(own) if own.is_file() else shipped()


@cache
def shipped() -> Table:
    """The table that comes with agentprobe."""
    data = files("agentprobe.trace.facts").joinpath("models.json").read_bytes()
    return decoded(data, "models.json")


def _found(provider: Provider, name: str) -> Model | None:
    exact = (model for model in provider.models if model.id == name.lower())
    fitting = (model for model in provider.models if model.match and matches(model.match, name))
    return next(exact, None) or next(fitting, None)


def _holds(rates: Rates, moment: datetime | None) -> bool:
    if moment is None:
        return rates.daily is None
    if rates.start and moment.date().isoformat() < rates.start:
        return False
    if rates.daily is None:
        return True
    begin, end = (time.fromisoformat(text) for text in rates.daily)
    now = moment.timetz().replace(tzinfo=None)
    return begin <= now < end if begin < end else now >= begin or now < end
