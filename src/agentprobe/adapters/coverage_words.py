"""To keep secrets out of what a process says of its own coverage, without importing much for it."""

from __future__ import annotations

import os
import re

from agentprobe.trace.environment import secrets_in

TYPE_CHECKING = False  # every import here is paid for at the start of every process
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

HINTS = (
    *(
        "key",
        "sk-",
        "xai-",
        "gsk_",
        "hf_",
        "k_live_",
        "k_test_",
        "aiza",
        "akia",
        "asia",
        "gho_",
        "ghp_",
        "ghr_",
    ),
    *("ghs_", "ghu_", "github_pat_", "glpat-", "xox", "eyj", "bearer", "://", "sig", "pass", "pwd", "secret"),
    *("token", "authorization", "credential", "cookie"),
)
"""Near every secret that is known by its form stands one of these; a text without any holds none."""


class CoverageWords:
    """Takes the place of the trace's own redaction where there is nothing for it to do.

    `told` are the session's orders as far as they could be read. Nearly no process has a secret in its name
    or its hosts; where one may be, the redaction itself is called, whatever its import costs.
    """

    def __init__(self, told: Mapping[str, Any]) -> None:
        self.content = told.get("content") is not False
        self._keys = [str(name).lower() for name in told.get("redact_keys") or ()]
        self._patterns = [str(pattern) for pattern in told.get("redact") or ()]
        self._known = [*secrets_in(os.environ).values()]

    def clean(self, record: dict[str, Any], encoded: Callable[[dict[str, Any]], bytes]) -> bytes:
        """The record's line without what must not be kept."""
        if not self.content:
            record["process"] = record["process"].partition(" ")[0]
        try:
            if not self._may_tell(_said(record)):
                return encoded(record)
            return _redacted(encoded(record))
        except Exception:  # noqa: BLE001 - what nobody could clean is not written; that it was, is
            return encoded(_wordless(record))

    def _may_tell(self, said: str) -> bool:
        low = said.lower()
        return (
            any(hint in low for hint in HINTS)
            or any(name in low for name in self._keys)
            or any(value in said for value in self._known)
            or any(re.search(pattern, said) for pattern in self._patterns)
        )


def _said(record: Mapping[str, Any]) -> str:
    """All that stands in a record in the words of others."""
    words = [record["process"]]
    words += [str(way.get("why", "")) for way in record["ways"]]
    words += [str(one[name]) for one in record["connections"] for name in ("host", "address")]
    return "\n".join(words)


def _redacted(line: bytes) -> bytes:
    from agentprobe.adapters.orders import VARIABLE, Orders
    from agentprobe.trace.clean_line import clean_line

    return clean_line(line, Orders.from_json(os.environ[VARIABLE]).redaction())


def _wordless(record: dict[str, Any]) -> dict[str, Any]:
    """What can be said without any word of others: that there was something."""
    ways = [{**way, "why": "[redacted]"} if "why" in way else way for way in record["ways"]]
    hidden = {"host": "[redacted]", "address": "", "purpose": "unknown"}
    found = [{**one, **hidden} for one in record["connections"]]
    return {**record, "process": "", "ways": ways, "connections": found}
