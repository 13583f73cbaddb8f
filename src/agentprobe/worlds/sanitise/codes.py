"""Codes with a form of their own, such as booking references, IBANs and card numbers."""

from __future__ import annotations

import re
from typing import Any, ClassVar

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from agentprobe.worlds.characters import DIGIT, LOWER, Grid, each, first_place, masked
from agentprobe.worlds.computing import pc
from agentprobe.worlds.keyed import U8, Keyed
from agentprobe.worlds.keys import Key
from agentprobe.worlds.roles import Role
from agentprobe.worlds.sanitise.prefix_map import PrefixMap
from agentprobe.worlds.schema import Column, Table

_IBAN = r"^[A-Z]{2}\d{2}[ ]?[A-Za-z0-9]{4}[A-Za-z0-9 ]{4,30}$"
_CARD = re.compile(r"^[\d -]{12,23}$")
_START = np.array([0, ord("0"), ord("A"), ord("a")], np.uint8)
_SIZE = np.array([0, 10, 26, 26], np.uint8)


class Codes:
    """Replaces codes by others of the same form that share their beginnings as the real ones do.

    Each character stays a digit, a capital or a small letter. Of what has a valid check (the two digits of an
    IBAN by ISO 7064 mod 97-10, the last digit of a card by Luhn's rule) the image has one, and what has none
    stays without. An IBAN keeps its country. Capitals and blanks make no other code: `ab12` and `AB 12` stay
    the same one. What is not kept: other check schemes, and nearness of codes that differ in an early
    character.
    """

    roles: ClassVar[frozenset[Role]] = frozenset({Role.CODE})

    def __init__(self) -> None:
        self._maps: dict[str, tuple[Keyed, PrefixMap]] = {}
        self._key: Key | None = None

    def learn(self, table: Table, batch: pa.RecordBatch) -> None:
        """Nothing is to be learned: the key decides everything."""

    def settle(self, key: Key) -> None:
        """Take the key; each domain has permutations of its own."""
        self._key = key

    def map(self, table: Table, column: Column, batch: pa.RecordBatch) -> pa.Array[Any]:
        """The codes that stand for a column's."""
        values = batch.column(column.name)
        domain = column.domain or "code"
        if column.kind == "text":
            return self.replaced(values, domain)
        if column.kind == "binary":
            keyed, _ = self._map_of(domain)
            images = [None if one is None else keyed.bytes_of(one, len(one)) for one in values.to_pylist()]
            made: pa.Array[Any] = pa.array(images, values.type)
            return made
        return _numbers_again(self.replaced(values.cast(pa.string()), domain), values)

    def replaced(self, values: pa.Array[Any], domain: str = "code") -> pa.Array[Any]:
        """The codes that stand for texts."""
        keyed, map_ = self._map_of(domain)
        told = values.dictionary_encode()
        images = each(told.dictionary, lambda grid: _in_grid(map_, grid), lambda text: masked(keyed, text))
        return images.take(told.indices)

    def _map_of(self, domain: str) -> tuple[Keyed, PrefixMap]:
        if self._key is None:
            raise RuntimeError("codes are mapped before the key is settled")
        if domain not in self._maps:
            keyed = Keyed(self._key.sub("code", domain))
            self._maps[domain] = keyed, PrefixMap(keyed)
        return self._maps[domain]


def _numbers_again(texts: pa.Array[Any], values: pa.Array[Any]) -> pa.Array[Any]:
    """Codes in a column of numbers; one that has no room in the type any more stays absent."""
    try:
        return texts.cast(values.type)
    except pa.ArrowInvalid:
        fits = pc.less(pc.binary_length(texts), 19)
        made: pa.Array[Any] = pc.if_else(fits, texts, pa.scalar(None, pa.string())).cast(values.type)
        return made


def _in_grid(map_: PrefixMap, grid: Grid) -> pa.Array[Any]:
    if not grid.characters.shape[1]:
        return grid.texts()
    texts = grid.texts()
    ibans = pc.match_substring_regex(texts, _IBAN).to_numpy(zero_copy_only=False)
    image = _mapped(map_, grid, ibans)
    if ibans.any():
        image = np.where(ibans[:, None], _with_check(image, grid), image)
    return _cards_mended(grid, Grid(image, grid.lengths), texts)


def _mapped(map_: PrefixMap, grid: Grid, ibans: NDArray[np.bool_]) -> U8:
    classes = grid.classes
    # an IBAN's country and check digits do not lead the way: they are kept and made anew
    classes[:, :4] = np.where(ibans[:, None], 0, classes[:, :4])
    start = _START[classes]
    numerals = np.where(classes > 0, grid.characters - start, 0).astype(np.uint8)
    mapped = map_.mapped(numerals, _SIZE[classes])
    return np.where(classes > 0, mapped + start, grid.characters).astype(np.uint8)


def _remainder(grid: Grid) -> NDArray[np.int64]:
    """The rest by 97 of each IBAN with its first four characters moved to the end and letters as 10..35."""
    rest = np.zeros(len(grid.lengths), np.int64)
    classes = grid.classes
    width = grid.characters.shape[1]
    for place in [*range(4, width), *range(min(4, width))]:
        kind, character = classes[:, place], grid.characters[:, place].astype(np.int64)
        upper = np.where(kind == LOWER, character - 32, character)
        value = np.where(kind == DIGIT, character - 48, upper - 55)
        step = np.where(kind == DIGIT, 10, 100)
        rest = np.where(kind > 0, (rest * step + value) % 97, rest)
    return rest


def _with_check(characters: U8, grid: Grid) -> U8:
    """The check digits made anew, as far from the right ones as those of the original are."""
    mended = characters.copy()
    made = (_check_of(Grid(mended, grid.lengths)) - 2 + _written(grid) - _check_of(grid)) % 97 + 2
    mended[:, 2], mended[:, 3] = made // 10 + 48, made % 10 + 48
    return mended


def _written(grid: Grid) -> NDArray[np.int64]:
    """The check digits as they stand, of those that have two."""
    digits = np.where(grid.classes[:, 2:4] == DIGIT, grid.characters[:, 2:4] - 48, 0).astype(np.int64)
    return digits[:, 0] * 10 + digits[:, 1]


def _check_of(grid: Grid) -> NDArray[np.int64]:
    """The check digits that would be right."""
    zeroed = grid.characters.copy()
    zeroed[:, 2:4] = ord("0")
    return 98 - _remainder(Grid(zeroed, grid.lengths))


def _cards_mended(grid: Grid, image: Grid, texts: pa.Array[Any]) -> pa.Array[Any]:
    """Give the last digit of each long number the check that it had: right stays right, wrong wrong."""
    long = pc.match_substring_regex(texts, _CARD.pattern).to_numpy(zero_copy_only=False)
    if not long.any():
        return image.texts()
    # Luhn's sum of an image is made that of the original: what was wrong stays wrong, and as wrong
    shift = (_luhn(grid) - _luhn(image))[long]
    digits = image.classes[long] == DIGIT
    last = digits.shape[1] - 1 - first_place(digits[:, ::-1])
    rows = np.flatnonzero(long)
    value = image.characters[rows, last].astype(np.int64) - 48
    image.characters[rows, last] = (value + shift) % 10 + 48
    return image.texts()


def _luhn(grid: Grid) -> NDArray[np.int64]:
    """The checksum of Luhn's rule by 10; 0 is valid."""
    total = np.zeros(len(grid.lengths), np.int64)
    odd = np.zeros(len(grid.lengths), bool)
    for place in range(grid.characters.shape[1] - 1, -1, -1):
        digit = grid.classes[:, place] == DIGIT
        value = grid.characters[:, place].astype(np.int64) - 48
        doubled = np.where(value > 4, 2 * value - 9, 2 * value)
        total = np.where(digit, total + np.where(odd, doubled, value), total)
        odd = odd ^ digit
    return total % 10
