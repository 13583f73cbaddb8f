"""The key of a snapshot: decides every pseudonym, is made once, and never stands beside the data."""

from __future__ import annotations

import hashlib
import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from agentprobe.errors import ConfigError

BYTES = 32


@dataclass(frozen=True, slots=True)
class Key:
    """32 secret bytes; the same key gives the same pseudonyms, and only who has it can make them again."""

    secret: bytes = field(repr=False)

    @classmethod
    def new(cls) -> Key:
        """A key that nobody has had."""
        return cls(secrets.token_bytes(BYTES))

    @classmethod
    def read(cls, path: Path) -> Key:
        """The key that a file holds, as 64 hexadecimal digits; raises ConfigError for anything else."""
        try:
            found = bytes.fromhex(path.read_text().strip())
        except FileNotFoundError:
            raise ConfigError(f"there is no key file {path}; leave --key out to have one made") from None
        except (OSError, ValueError) as error:
            raise ConfigError(f"{path} holds no key: 64 hexadecimal digits are one") from error
        if len(found) != BYTES:
            raise ConfigError(f"{path} holds {len(found)} bytes; a key has {BYTES}")
        return cls(found)

    def keep(self, path: Path) -> None:
        """Write the key to a new file that only its owner can read; raises ConfigError where one is."""
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            raise ConfigError(f"there is a file {path} already; a key is never written over") from None
        except OSError as error:
            raise ConfigError(f"cannot write the key to {path}: {error.strerror}") from error
        with os.fdopen(handle, "w") as file:
            file.write(self.secret.hex() + "\n")

    @property
    def id(self) -> str:
        """Names the key without telling it."""
        return hashlib.sha256(b"agentprobe key id" + self.secret).hexdigest()[:16]

    def sub(self, *labels: str) -> bytes:
        """32 bytes for one purpose, by HKDF-SHA256 (RFC 5869); other labels give unrelated bytes."""
        info = "\x1f".join(("agentprobe", *labels)).encode()
        return HKDF(algorithm=SHA256(), length=BYTES, salt=None, info=info).derive(self.secret)
