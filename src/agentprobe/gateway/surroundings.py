"""What an agent's process is told, so that its model calls come through the gateway and nobody else hears."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from urllib.parse import urlsplit

from agentprobe.dialects import DIALECTS, dialect_named
from agentprobe.errors import ConfigError, did_you_mean
from agentprobe.gateway.door import provider_of
from agentprobe.gateway.pool import Origin
from agentprobe.gateway.server import PROVIDERS
from agentprobe.gateway.startup_path import startup_hook

QUIET: Mapping[str, str] = MappingProxyType(
    {
        "OPENAI_AGENTS_DISABLE_TRACING": "1",
        "CREWAI_DISABLE_TELEMETRY": "true",
        "OTEL_SDK_DISABLED": "true",
        "LITELLM_LOCAL_MODEL_COST_MAP": "True",
        "AGNO_TELEMETRY": "false",
        "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
    }
)
"""The switches by which frameworks are kept from phoning home."""
_LOOPBACK = "127.0.0.1,localhost"


@dataclass(frozen=True, slots=True)
class Route:
    """Where one provider's calls would have gone: its base URL, and the variables that hold it."""

    provider: str
    variables: tuple[str, ...]
    url: str
    """As the provider's SDK takes it, path included."""
    keys: tuple[str, ...] = ()
    """The variables that hold its keys, the usual one first."""

    @property
    def upstream(self) -> str:
        """Scheme, host and port: what stands behind the gateway."""
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{parts.netloc}"

    def locked(self, environ: Mapping[str, str]) -> dict[str, str]:
        """Keys that fit no lock, under the usual name and under all that `environ` has set."""
        names = (*self.keys[:1], *(name for name in self.keys[1:] if environ.get(name)))
        return dict.fromkeys(names, "simulated")

    def told(self, door: str) -> dict[str, str]:
        """The variables that send these calls to the gateway's `door`, under the path they always had."""
        return dict.fromkeys(self.variables, door + urlsplit(self.url).path.rstrip("/"))


def routes(environ: Mapping[str, str], given: Mapping[str, str] = MappingProxyType({})) -> tuple[Route, ...]:
    """Every provider's route: as `given` by its name, else as the environment has it, else the usual one.

    Raises ConfigError for a base URL that is none.
    """
    found = {}
    for kind in DIALECTS:
        provider = provider_of(kind.name)
        usual = f"{PROVIDERS[provider]}{kind.base_path}" if provider in PROVIDERS else ""
        set_by = next((name for name in kind.base_url_variables if environ.get(name)), "")
        url = given.get(provider) or environ.get(set_by, usual)
        if url:
            url = dialect_named(kind.name).base_url(url)
            _check(url, "" if provider in given else set_by)
            found[provider] = Route(provider, kind.base_url_variables, url, kind.key_variables)
    return tuple(found.values())


def given_urls(told: Iterable[str], **named: str | None) -> dict[str, str]:
    """Where each provider's calls go, from words like `gemini=http://127.0.0.1:8080`.

    Raises ConfigError for a word that is none, and for a provider whose protocol nobody here speaks.
    """
    known = tuple(dict.fromkeys(provider_of(kind.name) for kind in DIALECTS))
    found = {name: url for name, url in named.items() if url}
    for word in told:
        provider, mark, url = word.partition("=")
        if not mark or not url:
            raise ConfigError(f"--url says PROVIDER=URL, as in gemini=http://127.0.0.1:8080, not '{word}'")
        if provider not in known:
            near = did_you_mean(provider, known)
            raise ConfigError(f"--url: unknown provider '{provider}'{near}; known are {', '.join(known)}")
        found[provider] = url
    return found


def _check(url: str, variable: str) -> None:
    try:
        Origin.parse(url)
    except ConfigError as error:
        raise ConfigError(f"{variable}: {error}" if variable else str(error)) from error


def surroundings(
    environ: Mapping[str, str], door: str, routes: tuple[Route, ...], *, quiet: bool, simulated: bool
) -> dict[str, str]:
    """A child's whole environment; in a simulation its keys fit no lock, so that no call can cost money."""
    told = dict(environ)
    for route in routes:
        told.update(route.told(door))
        if simulated:
            told.update(route.locked(environ))
    for name in ("NO_PROXY", "no_proxy"):
        before = environ.get(name)
        told[name] = f"{before},{_LOOPBACK}" if before else _LOOPBACK
    if quiet:
        told.update(QUIET)
    return told | startup_hook(environ)
