"""The fault auth_expired: the caller's key is good no longer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from urllib.parse import parse_qs, urlsplit

from agentprobe.basis.canonical import digest
from agentprobe.chaos._refusals import Refusing
from agentprobe.dialects import Dialect
from agentprobe.domain.call import Call
from agentprobe.domain.mend import Mend
from agentprobe.domain.model import ModelRequest
from agentprobe.domain.refusal import Reason, Refusal
from agentprobe.domain.wire import HttpReply, HttpRequest

_KEYS = ("authorization", "x-api-key", "x-goog-api-key", "api-key")


@dataclass(frozen=True, kw_only=True)
class AuthExpired(Refusing):
    """The caller's key is good no longer.

    What happens: status 401, of Gemini 400, with the provider's own words. A caller that comes with another
    key than the first one that was refused is let through. The world is not asked.
    Seen in the wild: keys that are rotated while long runs are under way, tokens that last an hour, a key
    that was found in a public place and blocked.
    A sound agent: gets itself a fresh key where it can, and otherwise stops at once, keeps what it has done
    and says that a person has to act.
    """

    remedy: ClassVar[str] = "Renew keys while runs are under way, and stop with what is done at a 401."
    mends: ClassVar[tuple[Mend, ...]] = (Mend.ESCALATION, Mend.CHECKPOINT)
    telling: ClassVar[bool] = True
    lasting: ClassVar[bool] = True

    def refuse(self, call: Call, dialect: Dialect, asked: ModelRequest) -> HttpReply | None:
        key = _key_of(call.request)
        if self.first("key", key) != key:
            return None
        return dialect.write_refusal(Refusal(reason=Reason.KEY_EXPIRED), asked)


def _key_of(request: HttpRequest) -> str:
    """By what the key can be told from another, without keeping it."""
    in_headers = [request.header(name) or "" for name in _KEYS]
    in_target = parse_qs(urlsplit(request.target).query).get("key", [])
    return digest("|".join([*in_headers, *in_target]))
