"""What every table of a settings file is: strict about its keys."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

Rows = Annotated[int, Meta(ge=1)]
Reference = Annotated[str, Meta(pattern=r"^[\w.]+:[\w.]+$")]


class Part(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A table of the settings file; a key it does not know is an error."""
