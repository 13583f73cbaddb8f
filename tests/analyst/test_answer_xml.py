"""The form of a model's answer: what is read, and what is refused with its reason."""

from __future__ import annotations

import pytest

from agentprobe.analyst.answer_xml import Answered, read_answer

GOOD = """Here it is:
```xml
<analysis>
<failure_mode name="token_limit" present="true">
<evidence>Call 3 is cut.</evidence>
<severity>high</severity>
<reproduction_steps><step order="1">Ask.</step><step order="2">Ask &amp; wait.</step></reproduction_steps>
<fix_strategy>Look.</fix_strategy>
</failure_mode>
<failure_mode name="race_condition" present="false"/>
<summary>One.</summary>
<priority_fixes><fix order="1">Look.</fix></priority_fixes>
</analysis>
```"""


def test_the_form_that_was_asked_for_is_read() -> None:
    read = read_answer(GOOD)
    assert isinstance(read, Answered)
    assert [(claim.mode.value, claim.present) for claim in read.claims] == [
        ("token_limit", True),
        ("race_condition", False),
    ]
    assert read.claims[0].steps == ("Ask.", "Ask & wait.")
    assert read.fixes == ("Look.",)


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("<analysis>", "<analyses>", "there is no <analysis>"),
        ("</analysis>", "", "there is no <analysis>"),
        ('present="true"', 'present="yes"', "present is 'yes'"),
        ('name="token_limit"', 'name="tokens"', "'tokens' is none of the six"),
        ('name="race_condition"', 'name="token_limit"', "stands there twice"),
        (">high<", ">severe<", "severity is 'severe'"),
        ("Call 3 is cut.", "", "evidence is empty"),
        ('order="2"', 'order="3"', "the order of <step>"),
        ("<summary>One.</summary>", "", "<summary> stands there 0 times"),
        ("<summary>", "<note>x</note><summary>", "<note> does not belong into <analysis>"),
        ("<summary>One", "<summary>One<", "not well-formed"),
        ("<analysis>", '<analysis><!DOCTYPE a [<!ENTITY b "c">]>', "declarations"),
        ("<analysis>", "<analysis><?php x?>", "declarations"),
        ("<analysis>", '<analysis lang="en">', "unknown attribute 'lang'"),
        ("</analysis>", "well</analysis>", "text beside its elements"),
    ],
)
def test_another_form_is_refused_with_its_reason(old: str, new: str, why: str) -> None:
    read = read_answer(GOOD.replace(old, new, 1))
    assert not isinstance(read, Answered)
    assert any(why in error for error in read), read


@pytest.mark.parametrize("text", ["", "<analysis>" * 3000 + "</analysis>" * 3000, "x" * 300_000])
def test_hostile_answers_are_refused(text: str) -> None:
    assert isinstance(read_answer(text), tuple)
