"""To ask a model for its analysis: over its own protocol, bounded in time and tokens, twice at most."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from agentprobe.adapters.plain_http import ModelOverHttp
from agentprobe.analyst.answer_xml import Answered, read_answer
from agentprobe.analyst.settings import AnalystSettings
from agentprobe.analyst.toolkit import filled
from agentprobe.basis.clock import Clock
from agentprobe.dialects import DIALECTS, Dialect, dialect_named
from agentprobe.domain.model import Message, ModelRequest, ModelSettings
from agentprobe.domain.wire import HttpReply
from agentprobe.errors import ConfigError, WorldFailure, did_you_mean
from agentprobe.gateway.server import PROVIDERS

_SHORT = {"openai": "openai_chat", "anthropic": "anthropic_messages"}
"""Providers with several protocols, or whose protocol has another name."""
_GUESSES = (
    (re.compile(r"(?:anthropic/)?claude"), "anthropic_messages"),
    (re.compile(r"(?:models/|google/)?gemini"), "gemini"),
)


class Unanswered(Exception):
    """The model gave nothing that can be used; its text says why."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """A model's analysis, and how it was come by."""

    answered: Answered
    asked: int


@dataclass(frozen=True, kw_only=True)
class Analyst:
    """A model that can be asked for an analysis."""

    model: str
    dialect: Dialect
    base: str
    key: str
    settings: AnalystSettings
    clock: Clock

    @classmethod
    def of(cls, settings: AnalystSettings, environ: Mapping[str, str], clock: Clock) -> Analyst:
        """The model that the settings name; raises ConfigError for what cannot be meant."""
        dialect = _dialect(settings)
        variables = (settings.key_variable,) if settings.key_variable else dialect.key_variables
        if settings.key_variable and not environ.get(settings.key_variable):
            raise ConfigError(f"{settings.key_variable} is not set; it should hold the model's key")
        return cls(
            model=settings.model,
            dialect=dialect,
            base=_base(settings, dialect, environ),
            key=next((environ[name] for name in variables if environ.get(name)), ""),
            settings=settings,
            clock=clock,
        )

    def ask(self, prompt: str) -> Answer:
        """Ask, and once more where the form is wrong; raises Unanswered when there is nothing to use."""
        messages: tuple[Message, ...] = (Message(role="user", text=prompt),)
        errors: tuple[str, ...] = ()
        for asked in (1, 2):
            said = self._said(messages)
            read = read_answer(said)
            if isinstance(read, Answered):
                return Answer(answered=read, asked=asked)
            errors = read
            again = filled("ask_again", {"ERRORS": "\n".join(f"- {error}" for error in errors)})
            messages = (
                *messages,
                Message(role="assistant", text=said or "(nothing)"),
                Message(role="user", text=again),
            )
        raise Unanswered(f"its answer was twice not in the form that was asked for: {'; '.join(errors[:3])}")

    def _said(self, messages: tuple[Message, ...]) -> str:
        request = ModelRequest(
            model=self.model,
            messages=messages,
            settings=ModelSettings(temperature=0.0, max_tokens=self.settings.max_tokens),
        )
        try:
            reply = self._sent(request)
            if reply.status == 400 and b"temperature" in reply.body.lower():  # some models refuse it
                bare = replace(request.settings, temperature=None)
                reply = self._sent(replace(request, settings=bare))
        except WorldFailure as error:
            raise Unanswered(f"it could not be reached: {error}") from error
        answer = self.dialect.read_answer(reply)
        if answer.error is not None or reply.status >= 400:
            why = answer.error.message if answer.error is not None else ""
            raise Unanswered(f"it answered with status {reply.status}: {' '.join(why.split())[:200]}")
        return answer.text

    def _sent(self, request: ModelRequest) -> HttpReply:
        target = self.dialect.write_target(request).removeprefix(self.dialect.base_path)
        ask = ModelOverHttp(
            url=self.base + target,
            headers=_headers(self.dialect, self.key),
            clock=self.clock,
            timeout_seconds=self.settings.timeout_seconds,
            retries=self.settings.retries,
        )
        return ask(self.dialect.write_request(request))


def _dialect(settings: AnalystSettings) -> Dialect:
    wanted = settings.provider or next(
        (name for pattern, name in _GUESSES if pattern.match(settings.model)), "openai"
    )
    name = _SHORT.get(wanted, wanted)
    if name not in DIALECTS.names():
        known = (*PROVIDERS, *DIALECTS.names())
        raise ConfigError(f"unknown provider '{wanted}'{did_you_mean(wanted, known)}")
    return dialect_named(name)


def _base(settings: AnalystSettings, dialect: Dialect, environ: Mapping[str, str]) -> str:
    told = settings.url or next((environ[v] for v in dialect.base_url_variables if environ.get(v)), "")
    own = PROVIDERS[dialect.name.partition("_")[0]] + dialect.base_path
    base = dialect.base_url(told).rstrip("/") if told else own
    if urlsplit(base).scheme not in ("http", "https"):
        raise ConfigError(f"the model's address '{base}' is no http:// or https:// URL")
    return base


def _headers(dialect: Dialect, key: str) -> dict[str, str]:
    if dialect.name == "anthropic_messages":
        return {"x-api-key": key, "anthropic-version": "2023-06-01"}
    if not key:
        return {}
    return {"x-goog-api-key": key} if dialect.name == "gemini" else {"authorization": f"Bearer {key}"}
