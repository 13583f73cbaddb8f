"""The fault gateway_page: a proxy answers with a page of its own."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import ClassVar, Literal, Self

from agentprobe.chaos.family import Family
from agentprobe.chaos.fault import Fault
from agentprobe.domain.call import Call, Kind, Outcome
from agentprobe.domain.mend import Mend
from agentprobe.domain.wire import Chunk, Headers, HttpReply
from agentprobe.kernel.room import Passage

Status = Literal[502, 503, 504, 413, 200]
_STATUSES: tuple[Status, ...] = (502, 503, 504, 413, 200)
_SIGN_IN = "Sign in to continue"


@dataclass(frozen=True, kw_only=True)
class GatewayPage(Fault):
    """A proxy answers with a page of its own.

    What happens: an HTML page with `status` in place of the provider's JSON: that of a proxy which cannot
    reach the provider (502, 503, 504) or finds the request too large (413), or, with 200, the page of a
    network that wants a sign-in. The world is not asked.
    Seen in the wild: load balancers during a deployment, company proxies, hotel networks. With 200 an SDK
    may hand out the page's text as if it were an answer.
    A sound agent: takes a page for a failure, asks again where the status allows it, and shows no HTML to
    its user.
    """

    family: ClassVar[Family] = Family.TRANSPORT
    strikes: ClassVar[tuple[Kind, ...]] = (Kind.MODEL,)
    remedy: ClassVar[str] = "Check that an answer is one before using it, whatever its status says."
    mends: ClassVar[tuple[Mend, ...]] = (Mend.SCHEMA_CHECK, Mend.RETRY_POLICY)
    telling: ClassVar[bool] = True

    status: Status = 502
    """What the proxy answers with."""

    @classmethod
    def variants(cls) -> tuple[Self, ...]:
        return tuple(cls(status=status) for status in _STATUSES)

    def intercept(self, call: Call) -> Passage:
        yield from ()
        return self.answered(_page(self.status), Outcome(), f"a page of HTML with status {self.status}")


def _page(status: int) -> HttpReply:
    title = _SIGN_IN if status == HTTPStatus.OK else f"{status} {HTTPStatus(status).phrase}"
    html = (
        f"<html>\r\n<head><title>{title}</title></head>\r\n"
        f"<body>\r\n<center><h1>{title}</h1></center>\r\n</body>\r\n</html>\r\n"
    ).encode()
    head: Headers = (
        ("server", "proxy"),
        ("content-type", "text/html; charset=utf-8"),
        ("content-length", str(len(html))),
        ("via", "1.1 proxy"),
    )
    return HttpReply(status=status, headers=head, chunks=(Chunk(html),))
