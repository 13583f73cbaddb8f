"""Keys and references: replaced one to one, so that joins hold and nothing of their order is told."""

from __future__ import annotations

import re
from typing import Any, ClassVar, cast

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from agentprobe.worlds.characters import Grid, each, grid_of, masked
from agentprobe.worlds.computing import pc
from agentprobe.worlds.keyed import I64, Bijection, Keyed
from agentprobe.worlds.keys import Key
from agentprobe.worlds.roles import Role
from agentprobe.worlds.sanitise.counted import Counted
from agentprobe.worlds.sanitise.setting import Setting
from agentprobe.worlds.sanitise.text_identifiers import TextIdentifiers, prefixes
from agentprobe.worlds.schema import Column, Table

_UUID = r"^\{?[0-9a-fA-F]{8}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{12}\}?$"
_HEX_ONLY = r"^[0-9a-fA-F-]{8,}$"
_NIBBLE = np.full(256, 255, np.uint8)
for _place, _letter in enumerate(b"0123456789abcdef"):
    _NIBBLE[_letter] = _NIBBLE[bytes([_letter]).upper()[0]] = _place
_LETTERS = np.frombuffer(b"0123456789abcdef0123456789ABCDEF", np.uint8)


class Identifiers:
    """Replaces identifiers by others of the same form, one to one within a domain.

    Whole numbers keep their sign and their number of digits; UUIDs stay UUIDs of their version; other texts
    keep the kind of each character, their common prefix (`CUS-`) and their leading zeros. Columns of one
    domain share the map, so a reference still finds its row. What is not kept: any order, and what a number
    tells by itself (a UUID's time, a check digit: such columns are codes).
    """

    roles: ClassVar[frozenset[Role]] = frozenset({Role.IDENTIFIER})

    def __init__(self, setting: Setting) -> None:
        self._setting = setting
        self._prefixes: dict[str, Counted] = {}
        self._hex: dict[str, bool] = {}
        self._maps: dict[str, _OfDomain] = {}
        self._key: Key | None = None

    @classmethod
    def of(cls, setting: Setting, _words: object) -> Identifiers:
        """The treatment for a snapshot."""
        return cls(setting)

    def learn(self, table: Table, batch: pa.RecordBatch) -> None:
        """See which prefixes are common and whether letters are digits of base 16."""
        for column in table.having(Role.IDENTIFIER):
            if column.kind != "text" or column.name not in batch.schema.names:
                continue
            domain = domain_of(table, column)
            values = batch.column(column.name).drop_null()
            self._prefixes.setdefault(domain, Counted()).add(prefixes(values))
            is_hex = pc.all(pc.match_substring_regex(values, _HEX_ONLY)).as_py() is not False
            self._hex[domain] = self._hex.get(domain, True) and is_hex

    def settle(self, key: Key) -> None:
        """Take the key; what is common is settled domain by domain when it is first needed."""
        self._key = key

    def map(self, table: Table, column: Column, batch: pa.RecordBatch) -> pa.Array[Any]:
        """The identifiers that stand for a column's."""
        values = batch.column(column.name)
        ways = {"text": _texts, "binary": _binary, "integer": _integers}
        return ways.get(column.kind, _numbers)(self._map_of(domain_of(table, column)), values)

    def _map_of(self, domain: str) -> _OfDomain:
        if self._key is None:
            raise RuntimeError("identifiers are mapped before the key is settled")
        if domain not in self._maps:
            counted = self._prefixes.get(domain, Counted()).at_least(self._setting.common)["value"]
            known = frozenset(value for value in counted.to_pylist() if value)
            self._maps[domain] = _OfDomain(self._key, domain, known, is_hex=self._hex.get(domain, False))
        return self._maps[domain]


def domain_of(table: Table, column: Column) -> str:
    """Which identifiers share one map: those of the domain, else those of the column alone."""
    return column.domain or f"{table.name}.{column.name}"


class _OfDomain:
    def __init__(self, key: Key, domain: str, known: frozenset[str], *, is_hex: bool) -> None:
        self.keyed = Keyed(key.sub("identifier", domain))
        self.numbers = Bijection(Keyed(key.sub("identifier", "numbers", domain)))
        self.text = TextIdentifiers(self.keyed, self.numbers, known, is_hex=is_hex)


def _integers(one: _OfDomain, values: pa.Array[Any]) -> pa.Array[Any]:
    plain = pc.fill_null(values, 0).to_numpy(zero_copy_only=False)
    absent = values.is_null().to_numpy(zero_copy_only=False) if values.null_count else None
    return pa.array(one.numbers.of(plain), pa.int64(), mask=absent)


def _numbers(one: _OfDomain, values: pa.Array[Any]) -> pa.Array[Any]:
    """Identifiers among decimals, floats or dates: by their digits, where these fit the type again."""
    if pa.types.is_boolean(values.type):
        return values
    told = values.dictionary_encode()
    replaced = [_same_type(one, value) for value in told.dictionary.to_pylist()]
    made: pa.Array[Any] = pa.array(replaced, values.type).take(told.indices)
    return made


def _same_type(one: _OfDomain, value: Any) -> Any:
    try:
        whole = int(value)
    except (TypeError, ValueError, OverflowError):
        return None  # no number: a date as a key, or what is none; a shifted one would collide
    if whole != value or abs(whole) >= 2**63:
        return None
    image: I64 = one.numbers.of(np.array([whole], np.int64))
    return type(value)(int(image[0]))


def _binary(one: _OfDomain, values: pa.Array[Any]) -> pa.Array[Any]:
    told = values.dictionary_encode()
    replaced = []
    for value in cast(list[bytes], told.dictionary.to_pylist()):
        if len(value) == 16:
            replaced.append(one.keyed.sealed(np.frombuffer(value, np.uint8)).tobytes())
        else:
            replaced.append(one.keyed.bytes_of(value, len(value)))
    made: pa.Array[Any] = pa.array(replaced, values.type).take(told.indices)
    return made


def _texts(one: _OfDomain, values: pa.Array[Any]) -> pa.Array[Any]:
    uuids = pc.fill_null(pc.match_substring_regex(values, _UUID), False)
    if not pc.any(uuids).as_py():
        return each(values, one.text.replaced, lambda text: masked(one.keyed, text))
    rest = pc.if_else(uuids, pa.scalar(None, pa.string()), values)
    others = each(rest, one.text.replaced, lambda text: masked(one.keyed, text))
    made: pa.Array[Any] = pc.replace_with_mask(others, uuids, _uuids(one.keyed, values.filter(uuids)))
    return made


def _uuids(keyed: Keyed, values: pa.Array[Any]) -> pa.Array[Any]:
    """Encrypt the 128 bits and put version and variant back; hyphens, braces and capitals stay."""
    grid = grid_of(values)
    nibbles = _NIBBLE[grid.characters]
    here = nibbles < 16
    digits = nibbles[here].reshape(-1, 32)
    sealed = keyed.sealed((digits[:, ::2] << 4 | digits[:, 1::2]).astype(np.uint8))
    image = np.empty_like(digits)
    image[:, ::2], image[:, 1::2] = sealed >> 4, sealed & 15
    hyphens = pc.match_substring(values, "-").to_numpy(zero_copy_only=False)
    # 32 digits without hyphens are as likely a digest, which has no version
    image[hyphens, 12] = digits[hyphens, 12]
    usual = digits[:, 16] >> 2 == 2
    image[hyphens, 16] = np.where(usual, image[:, 16] & 3 | 8, digits[:, 16])[hyphens]
    image[~digits.any(axis=1)] = 0  # the UUID of nothing stays
    return Grid(_spelled(grid, here, image), grid.lengths).texts()


def _spelled(grid: Grid, here: NDArray[np.bool_], image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    letters = (grid.characters >= ord("A")) & (grid.characters <= ord("F"))
    capitals = np.asarray(letters.any(axis=1))[:, None]
    characters = grid.characters.copy()
    characters[here] = _LETTERS[image + 16 * capitals].reshape(-1)
    return characters


UUID = re.compile(_UUID)
