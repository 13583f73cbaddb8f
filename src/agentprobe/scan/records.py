"""Which data files a run has written: what they name was used once, and nobody sets it any more."""

from __future__ import annotations

import re
from itertools import islice

from agentprobe.scan.document import Document

_FOLDERS = re.compile(
    r"(?:^|/)(?:\w+[_-])?(?:results?|outputs?|logs?|runs|traj(?:s|ectories|ectory)?|transcripts?|predictions?|recordings?"
    r"|leaderboards?|submissions?|cassettes)(?:[_-]\w+)?/(?:.*/)?[^/]+\.(?:json|jsonl|ndjson)$",
    re.IGNORECASE,
)
_MEASURED = frozenset({
    "accuracy", "completion_tokens", "correct", "cost", "cost_usd", "duration", "duration_seconds", "elapsed",
    "elapsed_s", "elapsed_seconds", "elapsed_time", "end_time", "finish_reason", "input_tokens", "latency",
    "latency_ms", "latency_s", "n_correct", "num_correct", "output_tokens", "pass_rate", "prompt_tokens",
    "start_time", "total_cost", "total_input_tokens", "total_output_tokens", "total_time", "total_tokens",
})  # fmt: skip
_ENOUGH = 2
_FIRST = 2_000


def is_measure(key: object) -> bool:
    """Does a key name what is measured in a run: `total_cost`, `pass_rate_2`?"""
    return str(key).rstrip("_0123456789") in _MEASURED


def is_record(document: Document) -> bool:
    """Is a file the result of a run, by its folder or by what has been measured in it?"""
    if _FOLDERS.search(document.path):
        return True
    if document.kind:
        return False
    measured = {
        str(keys[-1]).rstrip("_0123456789")
        for keys, value in islice(document.walk(), _FIRST)
        if is_measure(keys[-1]) and isinstance(value, int | float | str) and value != ""
    }
    return len(measured) >= _ENOUGH
