"""The fault request_too_large: the request has more bytes than are read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from agentprobe.chaos._refusals import FITS, Refusing, too_large
from agentprobe.dialects import Dialect
from agentprobe.domain.call import Call
from agentprobe.domain.mend import Mend
from agentprobe.domain.model import ModelRequest
from agentprobe.domain.refusal import Reason
from agentprobe.domain.wire import HttpReply

_LIMIT = 20 * 1024 * 1024
"""Bytes that are read, as a provider tells it that tells anything."""


@dataclass(frozen=True, kw_only=True)
class RequestTooLarge(Refusing):
    """The request has more bytes than are read.

    What happens: status 413, of Gemini 400, with the provider's own words. So is the first request that is
    struck, and each later one that is struck and not at least a tenth smaller. The world is not asked. A
    proxy that refuses for the same reason is `gateway_page` with status 413.
    Seen in the wild: screenshots and documents that stay in the history of every further request, until one
    is too many; providers count bytes long before they count tokens.
    A sound agent: leaves out what is no longer needed and goes on, or says that it cannot; it does not send
    the same again.
    """

    remedy: ClassVar[str] = "Keep large attachments out of the history, or send them once and refer to them."
    mends: ClassVar[tuple[Mend, ...]] = (Mend.CONTEXT_LIMIT, Mend.ERROR_HANDLING)
    lasting: ClassVar[bool] = True

    def refuse(self, call: Call, dialect: Dialect, asked: ModelRequest) -> HttpReply | None:
        size = len(call.request.body)
        allowed = self.first("size", size) * FITS
        if size <= allowed:
            return None
        return dialect.write_refusal(too_large(Reason.REQUEST_TOO_LARGE, _LIMIT, size, allowed), asked)
