"""Secrets kept out of all that a campaign writes beside its traces, by the same rules as in these."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Self

import msgspec

from agentprobe.adapters.orders import Orders
from agentprobe.domain.evidence import Evidence
from agentprobe.domain.task import Task
from agentprobe.errors import ConfigError, FixtureError
from agentprobe.lab.settings import TraceSettings
from agentprobe.trace.redact import Redaction

MOST_KEPT = 1 << 20
"""So many bytes of what an agent prints are kept."""


@dataclass(frozen=True)
class Cleaning:
    """What of a campaign may be kept; a secret gets the same word here as in the traces."""

    redaction: Redaction
    content: bool = True

    @classmethod
    def of(cls, rules: TraceSettings, environ: Mapping[str, str] | None = None) -> Self:
        """By the settings, for a run with this environment; raises ConfigError for a pattern that is none."""
        orders = Orders(id="", redact=rules.redact, redact_keys=rules.redact_keys)
        try:
            return cls(orders.redaction(environ), rules.content)
        except ConfigError as error:
            raise ConfigError(f"[trace] redact: {error}") from error

    def text(self, text: str) -> str:
        """The same text without secrets, in characters that a file can hold."""
        return self.redaction.clean(text.encode("utf-8", "backslashreplace")).decode()

    def settings(self, facts: Mapping[str, Any]) -> bytes:
        """Settings as JSON, without their secrets; own patterns are kept from the names of settings."""
        told = self.redaction.words(msgspec.to_builtins(facts))
        return self.redaction.clean_by_form(msgspec.json.encode(told, order="sorted"))

    def evidence(self, evidence: Evidence) -> Evidence:
        """The evidence without secrets in what the agent has said and done."""
        shapes = self.redaction.shapes()
        answer = self.text(evidence.answer)[:MOST_KEPT] if self.content else shapes.said(evidence.answer)
        reason = self.text(evidence.reason)
        return replace(
            evidence,
            answer=answer,
            reason=reason if self.content else reason.partition(":")[0],
            effects=tuple((self.text(intent), times) for intent, times in evidence.effects),
        )

    def task(self, task: Task) -> Task:
        """The task with what it expects as it stands in a trace.

        Raises FixtureError where that cannot be found in a trace without content.
        """
        if not self.content and any(effect.arguments for effect in task.effects):
            raise FixtureError(
                f"the task '{task.id}' is judged by the arguments of a tool, and with content = false under "
                "[trace] none are kept; expect the tool without arguments, or keep content"
            )
        effects = [replace(effect, arguments=self._arguments(effect.arguments)) for effect in task.effects]
        return replace(task, effects=tuple(effects))

    def _arguments(self, arguments: Mapping[str, Any]) -> Mapping[str, Any]:
        try:
            line = msgspec.json.encode(arguments)
        except (TypeError, ValueError, msgspec.MsgspecError):
            return arguments  # no JSON can ever be equal to it
        cleaned = self.redaction.clean(line)
        return arguments if cleaned == line else msgspec.json.decode(cleaned, type=dict[str, Any])

    def file(self, path: Path) -> None:
        """Take the secrets out of a file that an agent has printed to, and what is too much of it."""
        if not self.content:
            path.unlink(missing_ok=True)
            return
        draft = path.with_name(f"{path.name}.draft")
        with suppress(FileNotFoundError):
            text = self.redaction.clean(beginning(path))
            draft.touch(mode=0o600)
            draft.write_bytes(text)
            draft.replace(path)


def beginning(path: Path) -> bytes:
    """What is kept of what an agent has printed: whole lines, since half a secret is not known as one."""
    with path.open("rb") as file:
        text, size = file.read(MOST_KEPT), os.fstat(file.fileno()).st_size
    if size <= len(text):
        return text
    text = text[: text.rfind(b"\n") + 1]
    return text + f"… {size - len(text):,} further bytes are left out\n".encode()
