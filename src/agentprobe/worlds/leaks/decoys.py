"""Values that never were, of the same form as values that are: what is found of them, chance finds."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute
from scipy.stats import poisson

from agentprobe.worlds.leaks.words import only

pc: Any = pyarrow.compute  # its stubs know no large strings

MOST = 100_000
"""So many decoys stand for a column's values; what they find is told in proportion."""
TIMES = 16
"""Of few values each has so many decoys, so that what chance finds now and then is seen."""
SURE = 0.999
_VOWELS, _OTHERS = (np.frombuffer(letters, np.uint8) for letters in (b"aeiouy", b"bcdfghjklmnpqrstvwxz"))


def decoys(words: pa.Array[Any], known: pa.Array[Any], seed: int) -> tuple[pa.Array[Any], float]:
    """Decoys for texts of `worded`, and how many texts each stands for.

    Of several words the first is taken from another text; else the second half of the digits is drawn anew,
    or without digits every letter, vowels for vowels. What is a real text by accident, or has only `known`
    words, is left out.
    """
    if not len(words):
        return words, 1.0
    drawn = np.random.default_rng([seed, len(words)])
    times = min(max(MOST // len(words), 1), TIMES)
    picked = pa.concat_arrays([words] * times)
    if len(picked) > MOST:
        picked = words.take(np.sort(drawn.choice(len(words), MOST, replace=False)))
    digits = pc.match_substring_regex(picked, r"\d").to_numpy(zero_copy_only=False)
    several = pc.match_substring_regex(picked, r"\S \S").to_numpy(zero_copy_only=False)
    redrawn = _redrawn(picked, drawn)
    mixed = _mixed(picked, drawn)
    made = pc.if_else(pa.array(several & ~digits), mixed, redrawn)
    made = pc.unique(made.filter(pc.invert(pc.is_in(made, words))))
    made = made.filter(pa.array(~only(made, known)))
    return made, len(words) / max(len(made), 1)


def _mixed(words: pa.Array[Any], drawn: np.random.Generator) -> pa.Array[Any]:
    """All words but the first, and the first one of another text."""
    others = words.take(drawn.permutation(len(words)))
    first = pc.replace_substring_regex(others, r"^( \S+).*$", r"\1")
    rest = pc.replace_substring_regex(words, r"^ \S+", "")
    mixed: pa.Array[Any] = pc.binary_join_element_wise(first, rest, _NOTHING)
    return mixed


_NOTHING = pa.scalar("", pa.large_string())


def _redrawn(words: pa.Array[Any], drawn: np.random.Generator) -> pa.Array[Any]:
    """Other digits in the second half; where there are none, other letters."""
    given: Any = words.buffers()
    _, offsets, data = given
    starts = np.frombuffer(offsets, np.int64)[words.offset : words.offset + len(words) + 1]
    held = np.frombuffer(data, np.uint8) if data is not None else np.zeros(0, np.uint8)
    letters, starts = held[starts[0] : starts[-1]].copy(), starts - starts[0]
    digit = (letters >= 48) & (letters <= 57)
    text = np.repeat(np.arange(len(words)), np.diff(starts))
    many = np.bincount(text[digit], minlength=len(words))
    nth = np.cumsum(digit) - np.concatenate([[0], np.cumsum(many)])[:-1][text]
    changed = digit & (nth > many[text] // 2)
    letters[changed] = drawn.integers(48, 58, int(changed.sum()), dtype=np.uint8)
    free = many[text] == 0
    for alphabet in (_VOWELS, _OTHERS):
        mine = free & np.isin(letters, alphabet)
        letters[mine] = alphabet[drawn.integers(0, len(alphabet), int(mine.sum()))]
    buffers = [None, pa.py_buffer(starts.tobytes()), pa.py_buffer(letters.tobytes())]
    return pa.Array.from_buffers(pa.large_string(), len(words), buffers)


def allowed(hits: int, each: float) -> int:
    """So many may be found before chance no longer explains them; `hits` decoys were, each for so many."""
    return int(poisson.ppf(SURE, (hits + 2 * hits**0.5) * each)) if hits else 0
