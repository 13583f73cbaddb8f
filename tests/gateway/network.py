"""A network of its own on loopback: names that lead to providers, certificates, and the way out."""

from __future__ import annotations

import asyncio
import base64
import datetime
import ssl
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

_PEM = serialization.Encoding.PEM


class WorldAuthority:
    """The authority that the providers of this world are trusted by."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = _named("the world's authority")
        self._identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key())
        own = self._certificate(self._name, self._key.public_key(), ())
        self.file = folder / "world.pem"
        self.file.write_bytes(own.public_bytes(_PEM))

    def serving(self, *hosts: str) -> ssl.SSLContext:
        """How a provider with these names meets its clients."""
        key = ec.generate_private_key(ec.SECP256R1())
        signed = self._certificate(_named(hosts[0]), key.public_key(), hosts)
        private = key.private_bytes(_PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        path = self._folder / f"{hosts[0]}.pem"
        path.write_bytes(signed.public_bytes(_PEM) + private)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path)
        return context

    def _certificate(
        self, subject: x509.Name, key: ec.EllipticCurvePublicKey, hosts: Iterable[str]
    ) -> x509.Certificate:
        start = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)
        names = [x509.DNSName(host) for host in hosts]
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(start)
            .not_valid_after(start.replace(year=2120))
            .add_extension(x509.BasicConstraints(ca=not names, path_length=None), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
            .add_extension(self._identifier, critical=False)
        )
        if names:
            builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
        return builder.sign(self._key, hashes.SHA256())


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


@dataclass
class WayOut:
    """The proxy of a company: it knows every name, and connects whoever asks."""

    names: dict[str, int] = field(default_factory=dict)
    """By host: the port on this machine at which it really listens."""
    asked: list[str] = field(default_factory=list)
    """The first lines of all that was asked of it."""
    password: str = ""
    url: str = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            line = head.split(b"\r\n")[0].decode()
            self.asked.append(line)
            method, target, _ = line.split(" ")
            if self.password and _basic(self.password) not in head:
                writer.write(b"HTTP/1.1 407 Who are you\r\nContent-Length: 0\r\n\r\n")
                return
            host = urlsplit(target if "://" in target else f"//{target}").hostname or ""
            if host not in self.names:
                writer.write(b"HTTP/1.1 403 Not that one\r\nContent-Length: 0\r\n\r\n")
                return
            up, down = await asyncio.open_connection("127.0.0.1", self.names[host])
            try:
                if method == "CONNECT":
                    writer.write(b"HTTP/1.1 200 Go on\r\nX-Way: out\r\n\r\n")
                else:
                    down.write(head.replace(target.encode(), b"/" + target.encode().split(b"/", 3)[3], 1))
                await asyncio.gather(_pump(reader, down), _pump(up, writer))
            finally:
                down.transport.abort()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.transport.abort()


def _basic(pair: str) -> bytes:
    return b"Basic " + base64.b64encode(pair.encode())


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while data := await reader.read(65536):
            writer.write(data)
        writer.write_eof()
