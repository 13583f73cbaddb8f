"""`agentprobe.state`: what an agent keeps, written into the trace of the session it is said in."""

from __future__ import annotations

from pathlib import Path

import agentprobe
from agentprobe.trace.read import read_trace
from agentprobe.trace.states import snapshots


def test_snapshots_of_one_name_tell_what_changed(tmp_path: Path) -> None:
    cart = {"items": ["tea"], "paid": False}
    with agentprobe.session(trace=tmp_path / "t.jsonl"):
        agentprobe.state("cart", cart)
        agentprobe.state("plan", ["look"])
        cart["paid"] = True
        agentprobe.state("cart", cart)
    first, plan, second = snapshots(read_trace(tmp_path / "t.jsonl"))
    assert (first.value, first.changes) == ({"items": ["tea"], "paid": False}, ())
    assert (plan.number, plan.before) == (1, None)
    assert [(change.path, change.a, change.b) for change in second.changes] == [("$.paid", False, True)]


def test_what_has_no_json_form_is_kept_as_it_prints_and_secrets_are_not_kept(tmp_path: Path) -> None:
    with agentprobe.session(trace=tmp_path / "t.jsonl"):
        agentprobe.state("x", {"who": object, "password": "hunter2-hunter2"})
    assert "hunter2" not in (tmp_path / "t.jsonl").read_text()
    (only,) = snapshots(read_trace(tmp_path / "t.jsonl"))
    assert "class 'object'" in str(only.value)


def test_outside_a_session_nothing_happens() -> None:
    agentprobe.state("cart", {})
