from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agentprobe.errors import ConfigError
from agentprobe.worlds.vectors.embed import DIMENSIONS, embed, embedding, rarity

TEXTS = ["refund policy for damaged goods", "refunds of damaged good", "reset a lost password", ""]


def test_texts_that_share_words_are_nearer_than_others() -> None:
    one, other, apart, empty = embed(TEXTS)
    assert one @ other > 0.5 > one @ apart
    assert not empty.any()


def test_rare_words_decide_once_rarity_is_learnt() -> None:
    texts = [f"the order number {name} was late" for name in ("quartz", "basalt", "granite")] * 20
    weights = rarity([*texts, "zebra"])
    common, rare = embed(["the order was late zebra", "zebra"], weights)
    assert common @ rare > 0.5


@settings(max_examples=30)
@given(st.lists(st.text(max_size=40), max_size=12), st.integers(0, 11))
def test_a_text_is_the_same_vector_in_any_company(texts: list[str], place: int) -> None:
    found = embed(texts)
    assert found.shape == (len(texts), DIMENSIONS)
    if place < len(texts):
        assert np.array_equal(embed([texts[place]])[0], found[place])


def doubled(texts: list[str]) -> list[list[float]]:
    return [[float(len(text)), 1.0] for text in texts]


def test_the_users_own_embedding_comes_first() -> None:
    assert embedding(f"{__name__}:doubled")(["abc"]).tolist() == [[3.0, 1.0]]
    assert embedding("") is embed
    with pytest.raises(ConfigError, match="module:function"):
        embedding("no.such.module:x")
