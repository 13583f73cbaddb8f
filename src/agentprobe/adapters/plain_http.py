"""Asking a model over HTTP with the standard library alone, tried again as the providers' SDKs would."""

from __future__ import annotations

import http.client
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from agentprobe.basis.clock import Clock
from agentprobe.domain.wire import Chunk, HttpReply, header
from agentprobe.errors import CutOff, WorldFailure

AGAIN = frozenset({408, 409, 429, 500, 502, 503, 504, 529})
"""The statuses after which a model is asked again."""


@dataclass(frozen=True, kw_only=True)
class ModelOverHttp:
    """One model's address; calling it with a request's body gives the reply."""

    url: str
    headers: Mapping[str, str]
    clock: Clock
    timeout_seconds: float | None = 60.0
    retries: int = 2

    def __call__(self, body: bytes) -> HttpReply:
        """Ask, and ask again after failures that may pass; raises CutOff when nothing came at all."""
        for attempt in range(self.retries + 1):
            last = attempt == self.retries
            try:
                reply = self._once(body)
            except WorldFailure:
                if last:
                    raise
                self.clock.sleep(2.0**attempt / 2)
                continue
            if last or reply.status not in AGAIN or reply.header("x-should-retry") == "false":
                return reply
            self.clock.sleep(_asked_to_wait(reply, 2.0**attempt / 2))
        raise AssertionError("the last attempt returns or raises")

    def _once(self, body: bytes) -> HttpReply:
        headers = {"content-type": "application/json", **self.headers}
        request = Request(self.url, body, headers, method="POST")  # noqa: S310 - the user's own base URL
        try:
            with urlopen(request, timeout=self.timeout_seconds) as answer:  # noqa: S310 - the same
                return _reply(answer.status, answer)
        except HTTPError as error:
            with error:
                return _reply(error.code, error)
        except (OSError, URLError, http.client.HTTPException) as error:
            raise CutOff(f"{self.url.partition('?')[0]}: {error}") from error


def _reply(status: int, answer: http.client.HTTPResponse | HTTPError) -> HttpReply:
    headers = tuple((str(name), str(value)) for name, value in answer.headers.items())
    return HttpReply(status=status, headers=headers, chunks=(Chunk(answer.read()),))


def _asked_to_wait(reply: HttpReply, otherwise: float) -> float:
    for name, unit in (("retry-after-ms", 1000.0), ("retry-after", 1.0)):
        try:
            return min(float(header(reply.headers, name) or "") / unit, 60.0)
        except ValueError:
            continue
    return otherwise
