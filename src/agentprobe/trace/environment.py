"""Secrets that a run is known to have: what its environment holds under telling names."""

from __future__ import annotations

import re

TYPE_CHECKING = False  # every import here is paid for at the start of every process
if TYPE_CHECKING:
    from collections.abc import Mapping

_TELLING = re.compile(
    r"(?i)(?:^|_)(?:api_?key|key|token|secret|password|passwd|passphrase|pwd|pass|credentials?|pat|dsn)(?:_\d+)?$"
)
_HARMLESS = re.compile(r"(?i)^(?:simulated|[a-z]+|[0-9.]+|/.*|true|false)$")
SHORTEST = 8
"""A shorter value stands in many a text without being the secret."""


def secrets_in(environ: Mapping[str, str]) -> dict[str, str]:
    """The values that look like secrets, by the names of their variables."""
    return {
        name: value
        for name, value in environ.items()
        if len(value) >= SHORTEST
        and _TELLING.search(name)
        and (len(value) >= 20 or not _HARMLESS.match(value))
        and not value.isdigit()
        and "\n" not in value
    }
