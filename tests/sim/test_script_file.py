from __future__ import annotations

from pathlib import Path

import pytest

from agentprobe.domain.model import Finish, Message, ModelRequest
from agentprobe.errors import ConfigError
from agentprobe.sim.script_file import parse_script, read_script

RAIN = b"""
[[turns]]
calls = [
  { tool = "weather", arguments = { city = "Oslo" } },
  { tool = "weather", arguments = '{"city": "Par' },
]

[[turns]]
when = { result_contains = "error" }
text = "I could not find out."

[[turns]]
text = "It rains."
finish = "length"
alternatives = [{ text = "Rain.", weight = 0.5 }, { refusal = "I do not do weather.", weight = 0.1 }]
"""


def asked(turn: int = 1) -> ModelRequest:
    told = (Message(role="assistant"),) * (turn - 1)
    return ModelRequest(model="m", messages=(Message(role="user", text="hi"), *told))


def test_a_toml_script_is_read_whole() -> None:
    script = parse_script(RAIN, "rain.toml")
    (first,) = script.options(asked(1))
    assert [wish.arguments for wish in first.answer.tool_calls] == ['{"city":"Oslo"}', '{"city": "Par']
    said, shorter, refused = script.options(asked(2))
    assert (said.answer.text, said.answer.finish, said.weight) == ("It rains.", Finish.LENGTH, 1)
    assert (shorter.answer.text, shorter.weight) == ("Rain.", 0.5)
    assert (refused.answer.refusal, refused.answer.finish) == ("I do not do weather.", Finish.REFUSAL)


def test_a_json_script_says_the_same(tmp_path: Path) -> None:
    file = tmp_path / "rain.json"
    file.write_text('{"turns": [{"text": "It rains."}]}')
    assert read_script(file).options(asked())[0].answer.text == "It rains."


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('[[turn]]\ntext = "hi"', "s.toml: unknown key 'turn'; did you mean 'turns'?"),
        ('[[turns]]\ntxt = "hi"', "s.toml: turns[0]: unknown key 'txt'; did you mean 'text'?"),
        (
            '[[turns]]\ntext = "a"\nwhen = { user_contain = "x" }',
            "s.toml: turns[0].when: unknown key 'user_contain'; did you mean 'user_contains'?",
        ),
        (
            '[[turns]]\ncalls = [{ tool = "t", args = {} }]',
            "s.toml: turns[0].calls[0]: unknown key 'args'; did you mean 'arguments'?",
        ),
        (
            '[[turns]]\ntext = "a"\nalternatives = [{ txt = "x" }]',
            "s.toml: turns[0].alternatives[0]: unknown key 'txt'; did you mean 'text'?",
        ),
        (
            '[[turns]]\ntext = "a"\nfinish = "lenght"',
            "s.toml: turns[0].finish: unknown value 'lenght'; did you mean 'length'?",
        ),
        ("[[turns]]\ntext = 3", "s.toml: turns[0].text: Expected `str | null`, got `int`"),
        ("[[turns]]", "s.toml: turns[0]: says nothing; give it text"),
        ('[[turns]]\ntext = "a"\nweight = 0', "s.toml: turns[0]: every weight is 0"),
        ('[[turns]]\ntext = "a"\nrefusal = "b"', "s.toml: turns[0]: a refusal stands alone"),
        ("turns = []", "s.toml: turns: Expected `array` of length >= 1"),
        ("[[turns]]\ntext = a", "s.toml: .*line 2"),
        ("[[turns]]\ncalls = [{ arguments = {} }]", "s.toml: turns[0].calls[0]: .*`tool`"),
    ],
)
def test_a_mistake_in_a_script_is_answered_with_its_place_and_the_nearest_name(
    text: str, message: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_script(text.encode(), "s.toml")
    first, _, last = message.partition(".*")
    assert str(caught.value).startswith(first)
    assert last in str(caught.value)


def test_broken_json_is_answered_with_its_place() -> None:
    with pytest.raises(ConfigError, match=r"s\.json: JSON is malformed.*byte 10"):
        parse_script(b'{"turns": ]', "s.json")


def test_a_script_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"cannot read the script .*none\.toml: No such file"):
        read_script(tmp_path / "none.toml")
