"""The files by which an agent trusts a run's authority beside those it trusts anyway."""

from __future__ import annotations

import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

VARIABLES = (
    "SSL_CERT_FILE",
    "REQUESTS_CA_BUNDLE",
    "CURL_CA_BUNDLE",
    "NODE_EXTRA_CA_CERTS",
    "DENO_CERT",
    "AWS_CA_BUNDLE",
    "GIT_SSL_CAINFO",
    "PIP_CERT",
    "HTTPLIB2_CA_CERTS",
    "GRPC_DEFAULT_SSL_ROOTS_FILE_PATH",
)
"""The variables in which programs look for the authorities that they trust."""


@contextmanager
def trusting(authority: bytes, environ: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """Every variable set to a file of what the agent trusts so far, and `authority`; the files end with this.

    A variable that is set already keeps what its file holds; the others begin with the system's.
    """
    with TemporaryDirectory(prefix="agentprobe-trust-") as folder:
        bundles: dict[str, Path] = {}
        told = {}
        for variable in VARIABLES:
            before = environ.get(variable, "")
            if before not in bundles:
                bundles[before] = Path(folder) / f"authorities-{len(bundles) + 1}.pem"
                known = _read(Path(before)) if before else _usual()
                bundles[before].write_bytes(known.rstrip() + b"\n" + authority)
            told[variable] = str(bundles[before])
        yield told


def _usual() -> bytes:
    """What a program trusts when nobody says otherwise: the system's list, or the one that Python brings."""
    paths = ssl.get_default_verify_paths()
    system = _read(Path(paths.cafile)) if paths.cafile else b""
    return system or _brought()


def _brought() -> bytes:
    try:
        import certifi
    except ImportError:
        return b""
    return _read(Path(certifi.where()))


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""
