"""What an agent's process is told, so that it asks for everything by proxy and keeps its addresses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from urllib.parse import urlsplit

from agentprobe.basis.clock import RealClock
from agentprobe.dialects import DIALECTS
from agentprobe.domain.hosts import is_loopback
from agentprobe.gateway.authority import LIFE, Authority
from agentprobe.gateway.door import provider_of
from agentprobe.gateway.interception import Interception
from agentprobe.gateway.pool import Origin
from agentprobe.gateway.proxy import USER, Proxying, Redirect
from agentprobe.gateway.server import PROVIDERS
from agentprobe.gateway.surroundings import Route, surroundings
from agentprobe.gateway.trust import trusting

PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy")
"""The variables in which programs look for a proxy."""


def proxying(
    interception: Interception,
    environ: Mapping[str, str],
    urls: Mapping[str, str],
    *,
    life: timedelta = LIFE,
) -> Proxying:
    """Make ready to read what goes to models, also where `environ` says that they live.

    `urls` says by provider where its calls go instead. Raises MissingExtra and ConfigError.
    """
    names = {name for kind in DIALECTS for name in kind.base_url_variables}
    set_by = [environ[name] for name in sorted(names) if environ.get(name)]
    hosts = [host for url in set_by if (host := urlsplit(url).hostname)]
    opened = interception.and_also(hosts)
    return Proxying(opened, Authority(RealClock().date(), opened.domains, life), _redirects(urls))


def _redirects(urls: Mapping[str, str]) -> dict[str, Redirect]:
    """By the host that an agent asks for: where its calls go instead."""
    paths = {provider_of(kind.name): kind.base_path for kind in DIALECTS}
    return {
        Origin.parse(PROVIDERS[provider]).host: Redirect(Origin.parse(url), paths.get(provider, ""))
        for provider, url in urls.items()
        if provider in PROVIDERS and not is_loopback(Origin.parse(PROVIDERS[provider]).host)
    }


@contextmanager
def behind_proxy(
    environ: Mapping[str, str],
    door: str,
    proxying: Proxying,
    routes: tuple[Route, ...] = (),
    *,
    quiet: bool = False,
    simulated: bool = False,
) -> Iterator[dict[str, str]]:
    """A child's whole environment; its base URLs stay as they are, and nothing goes past the proxy."""
    with trusting(proxying.authority.pem, environ) as trusted:
        child = surroundings(environ, door, (), quiet=quiet, simulated=simulated)
        child.update({**trusted, **exports(door)})
        for name in ("NO_PROXY", "no_proxy"):
            child.pop(name, None)
        if simulated:
            child.update({name: key for route in routes for name, key in route.locked(environ).items()})
        yield child


def exports(door: str) -> dict[str, str]:
    """The variables that name a session's proxy."""
    return {**dict.fromkeys(PROXIES, proxy_url(door)), "NODE_USE_ENV_PROXY": "1"}


def proxy_url(door: str) -> str:
    """The proxy's URL, from the session's."""
    parts = urlsplit(door)
    return f"http://{USER}:{parts.path.rpartition('/')[2]}@{parts.netloc}"
