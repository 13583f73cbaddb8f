from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from agentprobe.basis.canonical import canonical, digest, digest_of

json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@given(st.dictionaries(st.text(), json_values))
def test_the_order_of_keys_does_not_matter(value: dict[str, object]) -> None:
    turned = dict(reversed(value.items()))
    assert canonical(value) == canonical(turned)
    assert digest_of(value) == digest_of(turned)


def test_text_and_its_bytes_have_one_digest() -> None:
    assert digest("é") == digest("é".encode())
    assert digest("a") != digest("b")
