"""Which words say nothing of anybody, so that finding them is no leak."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute
from numpy.typing import NDArray

from agentprobe.worlds.fidelity.dirt import PLACEHOLDERS
from agentprobe.worlds.sanitise.words import public

pc: Any = pyarrow.compute  # its stubs know no large strings


@cache
def public_words() -> pa.Array[Any]:
    """Words that may stand in a world as they stand in production."""
    sets = (
        public.COMMON_WORDS,
        public.TITLES,
        public.PARTICLES,
        public.STREET_WORDS,
        public.PLACE_WORDS,
        public.LEGAL_FORMS,
        public.BUSINESS_WORDS,
        public.JUNK,
        frozenset(PLACEHOLDERS),
    )
    return pa.array(sorted(frozenset().union(*sets)), pa.large_string())


def only(words: pa.Array[Any], known: pa.Array[Any]) -> NDArray[np.bool_]:
    """Of texts of `worded`: which have letters, and nothing with letters but known words?"""
    if not len(words):
        return np.zeros(0, bool)
    lists = pc.split_pattern(pc.utf8_trim_whitespace(words), " ")
    parts = pc.list_parent_indices(lists).to_numpy(zero_copy_only=False)
    flat = pc.list_flatten(lists)
    lettered = pc.match_substring_regex(flat, r"\p{L}").to_numpy(zero_copy_only=False)
    strange = lettered & ~pc.is_in(flat, known).to_numpy(zero_copy_only=False)
    some, others = (np.bincount(parts, which, len(words)) for which in (lettered, strange))
    return np.asarray((some > 0) & (others == 0), bool)
