"""Providers behind TLS: their certificate is checked, and what crosses is the same."""

from __future__ import annotations

import asyncio
import datetime
import ipaddress
import ssl
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from agentprobe.adapters.orders import Orders

if TYPE_CHECKING:
    from tests.gateway.conftest import Client

    from agentprobe.gateway.background import BackgroundGateway

Connect = Callable[..., "Client"]
REPLY = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for this machine, signed by itself, with its key in the same file."""
    pytest.importorskip("cryptography")
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "loopback")])
    start = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)
    here = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    builder = x509.CertificateBuilder(
        name,
        name,
        key.public_key(),
        x509.random_serial_number(),
        start,
        start.replace(year=2120),
        [x509.Extension(here.oid, False, here)],
    )
    signed = builder.sign(key, hashes.SHA256())
    pem = serialization.Encoding.PEM
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path = tmp_path_factory.mktemp("tls") / "loopback.pem"
    path.write_bytes(signed.public_bytes(pem) + private)
    return path


@pytest.fixture
def secure(certificate: Path, elsewhere: Callable[..., str]) -> str:
    """A provider behind TLS."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while await reader.read(65536):
                writer.write(REPLY)
        finally:
            writer.transport.abort()

    return elsewhere(serve, context)


def test_a_provider_with_a_trusted_certificate_is_reached(
    gateway: BackgroundGateway,
    connect: Connect,
    secure: str,
    certificate: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    client = connect(gateway.open_session(Orders(id="t").open(), {"openai": secure}))
    for _ in range(2):
        client.ask()
        assert client.reply()[::2] == (200, b"{}")


def test_a_provider_with_an_unknown_certificate_is_not(
    gateway: BackgroundGateway, connect: Connect, secure: str
) -> None:
    client = connect(gateway.open_session(Orders(id="t").open(), {"openai": secure}))
    client.ask()
    status, _, body = client.reply()
    assert status == 502
    assert b"certificate verify failed" in body.lower().replace(b"_", b" ")
