"""The table [analyst] of a settings file: the model that adds to an analysis, if one shall."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta


class AnalystSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which model adds to an analysis, and how it is asked."""

    model: str = ""
    """Its name; left out, nobody is asked and nothing leaves the machine."""
    provider: str = ""
    """`openai`, `anthropic`, `gemini`, `ollama` or a protocol's full name; guessed from the model's name."""
    url: str = ""
    """Its base URL; left out, the provider's variable such as OPENAI_BASE_URL, then its own address."""
    key_variable: str = ""
    """The environment variable with its key; left out, the one that the provider's SDKs read."""
    max_tokens: Annotated[int, Meta(ge=256)] = 4096
    """What one answer may take at most."""
    input_letters: Annotated[int, Meta(ge=2000)] = 120_000
    """What it is told at most; of what is longer the end of the material is left out."""
    timeout_seconds: Annotated[float, Meta(gt=0)] = 120.0
    """How long one attempt may take."""
    retries: Annotated[int, Meta(ge=0, le=10)] = 2
    """Further attempts after failures that may pass."""
