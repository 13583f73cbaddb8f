from __future__ import annotations

from dataclasses import fields, replace

from agentprobe.domain.call import Call, Effect, Kind, Outcome

FULL = Call(
    kind=Kind.TOOL,
    name="refund",
    request={"order": 1},
    effect=Effect.WRITE,
    dialect="d",
    path="outer",
    purpose="verify",
    held=True,
    intent="refund order 1",
    via="desk",
    held_if_refused=True,
    ref="call_1",
)


def test_a_numbered_call_keeps_everything_else() -> None:
    assert FULL.numbered("c7", 3) == replace(FULL, id="c7", nth=3)
    unset = [field.name for field in fields(FULL) if not getattr(FULL, field.name)]
    assert unset == ["id", "nth"], "the call above must set every field, so that none can be forgotten"


def test_a_call_that_has_an_id_keeps_it() -> None:
    assert replace(FULL, id="mine").numbered("c1", 1).id == "mine"


def test_the_site_names_the_tool_but_not_the_model() -> None:
    assert FULL.site == "tool:refund"
    assert Call(kind=Kind.MODEL, name="m").site == "model"


def test_an_outcome_keeps_marks_in_the_order_of_the_rooms() -> None:
    assert Outcome(value=1).marked("a:x").marked("b:y").marks == ("a:x", "b:y")
