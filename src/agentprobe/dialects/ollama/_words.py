"""Arguments and reasons in Ollama's words."""

from __future__ import annotations

from msgspec import Raw

from agentprobe.dialects._fields import BROKEN, decoded
from agentprobe.domain.model import Finish

FINISHES = {"stop": Finish.STOP, "length": Finish.LENGTH, "load": Finish.OTHER, "unload": Finish.OTHER}


def as_object(arguments: str) -> Raw | str:
    """Arguments as the object they are, to the letter; otherwise as the text they are."""
    try:
        is_object = isinstance(decoded(Raw(arguments.encode())), dict)
    except BROKEN:
        is_object = False
    return Raw(arguments.strip().encode()) if is_object else arguments
