"""The simulated model: answers requests as a provider would, with what its policy offers."""

from __future__ import annotations

import threading
import traceback
from collections.abc import Generator
from dataclasses import replace
from pathlib import Path

from agentprobe.basis.canonical import canonical, digest, digest_of
from agentprobe.basis.dice import Dice
from agentprobe.dialects import Dialect, dialect_for
from agentprobe.dialects._compression import plain_request
from agentprobe.domain.model import ModelAnswer, ModelRequest, Usage
from agentprobe.domain.wire import Chunk, HttpReply, HttpRequest, Piece
from agentprobe.errors import ConfigError, Malformed, Refused
from agentprobe.sim.choice import draw, heaviest
from agentprobe.sim.limits import obey, tokens, written
from agentprobe.sim.policy import Option, Policy
from agentprobe.sim.side_paths import side_reply

SIMULATED = ("x-agentprobe-simulated", "true")
"""The header that every answer of a simulation carries."""
REMEMBERED = 50_000
"""How many different requests a model remembers having answered, unless told otherwise."""


class SimulatedModel:
    """A model that runs nowhere: a policy says what could be answered, the seed decides.

    Temperature 0 gives the heaviest option; above it (and where a request is silent, as at 1) the seed,
    the request and how often it was asked before draw one. Equal seeds and requests in equal order give
    equal answers. It is shared by all threads. `token_rate` is in tokens a second, None for no pace.
    """

    def __init__(
        self, policy: Policy, *, seed: int = 0, token_rate: float | None = None, first_token: float = 0.0
    ) -> None:
        if token_rate is not None and token_rate <= 0:
            raise ConfigError(f"token_rate is {token_rate:g} tokens a second; it must be above 0")
        if first_token < 0:
            raise ConfigError(f"first_token is {first_token:g} s; it cannot be below 0")
        self.policy = policy
        self.token_rate = token_rate
        self.first_token = first_token
        self.failure: Exception | None = None
        """The first exception that the policy raised; the caller was told with a status of 400."""
        self.remembered = REMEMBERED
        self._dice = Dice(seed)
        self._asked: dict[str, int] = {}
        self._lock = threading.Lock()

    def answer(self, request: ModelRequest) -> ModelAnswer:
        """Choose an answer and finish it as a provider does: ids, limits, the reason it ends, tokens.

        Whether the answer is streamed makes no difference to it.
        """
        key = digest_of((request.model, request.messages, request.tools, request.settings))
        nth = self._count(key)
        chosen = self._choose(request, key, nth).answer
        answer = _named(obey(request.settings, chosen), digest(f"{key}:{nth}"))
        return replace(
            answer, model=answer.model or request.model, usage=answer.usage or _usage(request, answer)
        )

    def reply(self, http: HttpRequest) -> HttpReply:
        """The whole reply to an HTTP request, with the moment of each chunk; errors are replies too."""
        dialect = dialect_for(http.method, http.target)
        reply = side_reply(http) if dialect is None else self._spoken(dialect, http)
        return replace(reply, headers=(*reply.headers, SIMULATED))

    def pieces(self, http: HttpRequest) -> Generator[Piece, None, None]:
        """The reply as a corridor's world gives it: the head, then each chunk."""
        reply = self.reply(http)
        yield reply.head
        yield from reply.chunks

    def _spoken(self, dialect: Dialect, http: HttpRequest) -> HttpReply:
        try:
            request = dialect.read_request(plain_request(http), http.target)
            answer = self.answer(request)
        except Malformed as error:
            return _refused(dialect, str(error))
        except Exception as error:  # noqa: BLE001 - a policy is the user's code and may fail in any way
            self.failure = self.failure or error
            return _refused(dialect, f"the simulated model's policy failed: {_where(error)}")
        return self._timed(dialect.write_answer(answer, request), answer)

    def _choose(self, request: ModelRequest, key: str, nth: int) -> Option:
        options = self.policy.options(request)
        if not options:
            raise ConfigError(f"{type(self.policy).__name__} offers no option for this request")
        temperature = request.settings.temperature
        if len(options) == 1 or (temperature is not None and temperature <= 0):
            return heaviest(options)
        return draw(options, 1.0 if temperature is None else temperature, self._dice.at("answer", key, nth))

    def _count(self, key: str) -> int:
        """How often this request has been asked before; the longest forgotten count as new."""
        with self._lock:
            nth = self._asked.pop(key, 0)
            self._asked[key] = nth + 1
            if len(self._asked) > self.remembered:
                del self._asked[next(iter(self._asked))]
        return nth

    def _timed(self, reply: HttpReply, answer: ModelAnswer) -> HttpReply:
        """Spread the chunks over the time that the answer takes; one that comes whole comes at its end."""
        if self.token_rate is None and not self.first_token:
            return reply
        length = tokens(written(answer)) / self.token_rate if self.token_rate else 0.0
        last = len(reply.chunks) - 1
        shares = (at / last if last else 1.0 for at in range(last + 1))
        moments = (self.first_token + length * share for share in shares)
        return reply.with_chunks(Chunk(c.data, at) for c, at in zip(reply.chunks, moments, strict=True))


def _named(answer: ModelAnswer, name: str) -> ModelAnswer:
    """Give the answer and its tool calls ids, where the policy has given none."""
    calls = tuple(
        call if call.id else replace(call, id=f"call_{digest(f'{name}:{at}')[:24]}")
        for at, call in enumerate(answer.tool_calls)
    )
    return replace(answer, id=answer.id or f"sim_{name[:24]}", tool_calls=calls)


def _usage(request: ModelRequest, answer: ModelAnswer) -> Usage:
    """The estimate of a simulation: a token is four characters."""
    told = sum(
        len(message.text)
        + sum(len(call.name) + len(call.arguments) for call in message.tool_calls)
        + sum(len(result.content) for result in message.results)
        for message in request.messages
    )
    tools = len(canonical(request.tools)) if request.tools else 0
    return Usage(input_tokens=tokens(told + tools), output_tokens=tokens(written(answer)))


def _refused(dialect: Dialect, message: str) -> HttpReply:
    reply = dialect.write_failure(Refused(message, 400))
    assert reply is not None, "a refusal has bytes in every dialect"
    return reply


def _where(error: Exception) -> str:
    """An exception in one line, with the place in the user's file that raised it."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f" ({Path(frames[-1].filename).name}, line {frames[-1].lineno})" if frames else ""
    return f"{type(error).__name__}: {error}{place}"
