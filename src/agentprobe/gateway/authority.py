"""A certificate authority for one run: trusted by the agent alone, and gone with it."""

from __future__ import annotations

import ipaddress
import os
import secrets
import ssl
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from agentprobe.errors import MissingExtra

if TYPE_CHECKING:
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric import ec

BEFORE = timedelta(hours=1)
"""How far a client's clock may lag behind."""
LIFE = timedelta(hours=48)
"""How long a run may last; what the authority has signed is worth nothing afterwards."""
STANDING = timedelta(days=30)
"""The same for a gateway that stands."""
_NAME = "agentprobe, for one run"


class Authority:
    """Signs a certificate for each host that is intercepted; its keys never stand on a disk in the clear.

    Raises MissingExtra where the library for certificates is not installed.
    """

    def __init__(self, now: datetime, domains: Iterable[str] = (), life: timedelta = LIFE) -> None:
        """`domains` are all that it may speak for, with what stands below them; none means any host."""
        try:
            from cryptography.hazmat.primitives.asymmetric import ec
        except ImportError as error:
            raise MissingExtra("the proxy, which makes certificates,", "proxy") from error
        self._begins, self._ends = now - BEFORE, now + life
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._leaf_key = ec.generate_private_key(ec.SECP256R1())
        self._own = self._signed_by_itself(tuple(domains))
        self._contexts: dict[str, ssl.SSLContext] = {}

    @property
    def pem(self) -> bytes:
        """The authority's own certificate, as clients are given it."""
        return _pem(self._own)

    def context(self, host: str) -> ssl.SSLContext:
        """How to be `host` towards a client that trusts this authority."""
        if host not in self._contexts:
            self._contexts[host] = self._context(host)
        return self._contexts[host]

    def _context(self, host: str) -> ssl.SSLContext:
        from cryptography.hazmat.primitives import serialization

        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.set_alpn_protocols(["http/1.1"])
        password = secrets.token_bytes(16)
        private = self._leaf_key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.BestAvailableEncryption(password),
        )
        with _handed_over(_pem(self._signed(host)) + private) as path:
            context.load_cert_chain(path, password=password)
        return context

    # -- certificates ----------------------------------------------------------------------------

    def _signed_by_itself(self, domains: tuple[str, ...]) -> x509.Certificate:
        from cryptography import x509

        builder = self._builder(_NAME, self._key.public_key())
        builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        builder = builder.add_extension(_usage(signs=True), critical=True)
        if domains:
            limits = x509.NameConstraints([_limit(domain) for domain in domains], None)
            builder = builder.add_extension(limits, critical=True)
        return self._sign(builder)

    def _signed(self, host: str) -> x509.Certificate:
        from cryptography import x509
        from cryptography.x509.oid import ExtendedKeyUsageOID

        own = x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key())
        builder = self._builder(host[:64], self._leaf_key.public_key())
        builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        builder = builder.add_extension(_usage(signs=False), critical=True)
        builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), False)
        builder = builder.add_extension(x509.SubjectAlternativeName([_name(host)]), critical=False)
        return self._sign(builder.add_extension(own, critical=False))

    def _builder(self, subject: str, key: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
        from cryptography import x509

        identifier = x509.SubjectKeyIdentifier.from_public_key(key)
        return (
            x509.CertificateBuilder()
            .subject_name(_distinguished(subject))
            .issuer_name(_distinguished(_NAME))
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(self._begins)
            .not_valid_after(self._ends)
            .add_extension(identifier, critical=False)
        )

    def _sign(self, builder: x509.CertificateBuilder) -> x509.Certificate:
        from cryptography.hazmat.primitives import hashes

        return builder.sign(self._key, hashes.SHA256())


def _distinguished(name: str) -> x509.Name:
    from cryptography import x509

    return x509.Name([x509.NameAttribute(x509.oid.NameOID.COMMON_NAME, name)])


def _name(host: str) -> x509.GeneralName:
    """A host as certificates name it."""
    from cryptography import x509

    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _limit(domain: str) -> x509.GeneralName:
    """A domain or an address as the bounds of an authority name it."""
    from cryptography import x509

    try:
        return x509.IPAddress(ipaddress.ip_network(domain))
    except ValueError:
        return x509.DNSName(domain)


def _usage(*, signs: bool) -> x509.KeyUsage:
    from cryptography import x509

    return x509.KeyUsage(
        digital_signature=not signs,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs,
        crl_sign=signs,
        encipher_only=False,
        decipher_only=False,
    )


def _pem(certificate: x509.Certificate) -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding

    return certificate.public_bytes(Encoding.PEM)


@contextmanager
def _handed_over(data: bytes) -> Iterator[str]:
    """A path under which OpenSSL, which reads keys from files alone, finds `data` for a moment.

    In memory where the system can; elsewhere a private file. The key in it is locked in either case.
    """
    if hasattr(os, "memfd_create") and Path("/proc/self/fd").is_dir():
        with os.fdopen(os.memfd_create("agentprobe"), "wb") as file:
            file.write(data)
            file.flush()
            yield f"/proc/self/fd/{file.fileno()}"
        return
    with tempfile.NamedTemporaryFile(prefix="agentprobe-") as file:
        file.write(data)
        file.flush()
        yield file.name
