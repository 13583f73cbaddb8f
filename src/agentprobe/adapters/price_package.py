"""The table of prices that the installed package genai-prices carries, as its published JSON would say it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, time
from decimal import Decimal
from importlib.metadata import version
from typing import Any

from agentprobe.errors import ConfigError

NAME = "genai-prices"


def installed_prices() -> tuple[list[Any], str]:
    """Its providers, and what to name as the source; raises ConfigError where it is not installed."""
    try:
        from genai_prices.data import providers
    except ImportError as error:
        raise ConfigError(
            f"{NAME} is not installed here; pip install {NAME}, or give a file or URL"
        ) from error
    return [plain(provider) for provider in providers], f"{NAME} {version(NAME)}"


def plain(value: Any) -> Any:
    """The package's objects as JSON would have them: fields without what is private or unset."""
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return [plain(entry) for entry in value]
    fields = value if isinstance(value, Mapping) else getattr(value, "__dict__", None)
    if fields is None:
        return value
    shown = {
        name: part for name, part in fields.items() if part is not None and not str(name).startswith("_")
    }
    return {str(name).rstrip("_"): plain(part) for name, part in shown.items()}
