"""The published schema says what the decoder does."""

from __future__ import annotations

import msgspec

from agentprobe.config.schema import settings_schema


def test_every_setting_has_a_sentence() -> None:
    schema = settings_schema()
    bare = [
        f"{name}.{key}"
        for name, definition in schema["$defs"].items()
        for key, said in definition.get("properties", {}).items()
        if not said.get("description")
    ]
    assert bare == []


def test_a_table_is_described_by_its_own_sentences_whatever_else_bears_its_name() -> None:
    class Settings(msgspec.Struct):
        """Something else of that name."""

    assert Settings in msgspec.Struct.__subclasses__()
    assert settings_schema()["$defs"]["Settings"]["properties"]["project"]["description"]


def test_unknown_keys_are_refused_by_the_schema_too() -> None:
    definitions = settings_schema()["$defs"]
    assert definitions["Settings"]["additionalProperties"] is False
    assert definitions["WorldSettings"]["additionalProperties"] is False
    assert definitions["TaskSource"]["required"] == ["make"]
