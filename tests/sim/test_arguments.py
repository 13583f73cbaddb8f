from __future__ import annotations

from random import Random
from typing import Any

import jsonschema  # type: ignore[import-untyped]  # it ships no types
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentprobe.sim.arguments import draw_value

TREE = {
    "type": "object",
    "properties": {"name": {"type": "string"}, "left": {"$ref": "#/$defs/node"}},
    "required": ["name"],
    "$defs": {
        "node": {
            "type": "object",
            "properties": {
                "value": {"type": "integer"},
                "next": {"anyOf": [{"$ref": "#/$defs/node"}, {"type": "null"}]},
                "all": {"type": "array", "items": {"$ref": "#/$defs/node"}},
            },
            "required": ["value", "next", "all"],
        }
    },
}
SCHEMAS: list[dict[str, Any]] = [
    {"type": "object", "properties": {}},
    {"type": "integer", "minimum": 5, "maximum": 7, "multipleOf": 3},
    {"type": "integer", "exclusiveMinimum": 0, "exclusiveMaximum": 2},
    {"type": "integer", "maximum": -10},
    {"type": "number", "exclusiveMinimum": 0, "maximum": 1},
    {"type": "string", "minLength": 12, "maxLength": 14},
    {"type": "string", "maxLength": 2},
    {"type": ["string", "null"]},
    {"enum": ["open", "closed"]},
    {"const": 4},
    {"type": "array", "items": {"type": "integer"}, "minItems": 3, "maxItems": 5},
    {"type": "array", "prefixItems": [{"const": 1}], "items": {"type": "string"}},
    {
        "allOf": [{"$ref": "#/$defs/a"}, {"required": ["b"], "properties": {"b": {"type": "boolean"}}}],
        "$defs": {"a": {"type": "object", "required": ["a"], "properties": {"a": {"const": 1}}}},
    },
    TREE,
]


@pytest.mark.parametrize("schema", SCHEMAS, ids=str)
def test_drawn_values_are_what_the_schema_allows(schema: dict[str, Any]) -> None:
    for seed in range(50):
        jsonschema.validate(draw_value(schema, Random(seed)), schema)


SCALARS = st.sampled_from(
    [
        {"type": "string"},
        {"type": "integer", "minimum": -3},
        {"type": "number", "maximum": 0.5},
        {"type": "boolean"},
        {"type": "null"},
        {"enum": [1, "two", None]},
    ]
)
NESTED = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.builds(lambda items: {"type": "array", "items": items}, inner),
        st.builds(lambda some: {"anyOf": some}, st.lists(inner, min_size=1, max_size=3)),
        st.builds(
            lambda parts, all_needed: {
                "type": "object",
                "properties": parts,
                "required": sorted(parts) if all_needed else [],
                "additionalProperties": False,
            },
            st.dictionaries(st.sampled_from("abcd"), inner, max_size=3),
            st.booleans(),
        ),
    ),
    max_leaves=8,
)


@given(NESTED, st.integers())
def test_any_nested_schema_is_met_and_the_same_seed_draws_the_same(schema: Any, seed: int) -> None:
    drawn = draw_value(schema, Random(seed))
    jsonschema.validate(drawn, schema)
    assert draw_value(schema, Random(seed)) == drawn
