"""Which hosts a proxy opens up and reads, and which it only carries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from agentprobe.domain.hosts import is_provider, provider_domains

EVERY = "*"


@dataclass(frozen=True, slots=True)
class Interception:
    """The hosts whose TLS ends here: those of models and those asked for, less those to be let alone."""

    more: tuple[str, ...] = ()
    """Hosts besides those of models; `*` is all."""
    tunnelled: tuple[str, ...] = ()
    """Hosts that are only carried, whatever else is said."""

    @classmethod
    def of(cls, recorded: object) -> Interception | None:
        """As a trace says of its run; None where it says nothing."""
        if not isinstance(recorded, Mapping):
            return None
        return cls(*(tuple(map(str, recorded.get(name) or ())) for name in ("intercept", "tunnel")))

    @property
    def recorded(self) -> dict[str, tuple[str, ...]]:
        """As it stands in a trace."""
        return {"intercept": self.more, "tunnel": self.tunnelled}

    def covers(self, host: str) -> bool:
        """Is what goes to this host to be read?"""
        if _among(host, self.tunnelled):
            return False
        return EVERY in self.more or is_provider(host) or _among(host, self.more)

    @property
    def domains(self) -> tuple[str, ...]:
        """All that an authority need speak for; empty when that is any host."""
        return () if EVERY in self.more else (*provider_domains(), *map(_bare, self.more))

    def and_also(self, hosts: Iterable[str]) -> Interception:
        """The same with these hosts as well."""
        return Interception((*self.more, *hosts), self.tunnelled)


def _among(host: str, known: Iterable[str]) -> bool:
    host = host.lower().rstrip(".")
    return any(host == bare or host.endswith(f".{bare}") for bare in map(_bare, known))


def _bare(host: str) -> str:
    """A host as people write it: `*.example.com`, `.example.com` and `Example.com` are one."""
    return host.strip().lower().removeprefix("*").lstrip(".").rstrip(".") or host
