"""What a replay says: a run that differs is shown, and no figure of several stands without its interval."""

from __future__ import annotations

from dataclasses import replace
from io import StringIO
from pathlib import Path
from typing import Any

from rich.console import Console

from agentprobe.report.terminal_replay import draw_replay, replay_facts
from agentprobe.trace.pair import TracedCall
from agentprobe.trace.records import CallRecord, Failure, Header, OutcomeRecord
from agentprobe.trace.replay.compare import Repetition
from agentprobe.trace.replay.determinism import Determinism
from agentprobe.trace.replay.key import asked_then
from agentprobe.trace.replay.room import MISSED
from agentprobe.trace.replay.script import Scene
from agentprobe.trace.replay.tokens import Share
from agentprobe.trace.view import Trace

TRACE = Trace(Path("t.jsonl"), Header())
SAME = Repetition(
    trace=TRACE,
    same=3,
    recorded=3,
    replayed=3,
    missed=(),
    near=0,
    live=0,
    unasked=(),
    changed=None,
    answer_same=True,
    exit_same=True,
    tokens=Share(100, 100),
    answer=Share(10, 10),
)


def shown(*runs: Repetition, notes: tuple[str, ...] = ()) -> str:
    out = StringIO()
    Console(width=200, file=out).print(draw_replay(TRACE, Determinism(runs), notes))
    return out.getvalue()


def missed(why: str) -> TracedCall:
    record = CallRecord(order=1, id="c1", by="p", place="agent", at=0, kind="model", name="m", site="model")
    failure = Failure(type="permission", message=f"replay: {why}")
    told = OutcomeRecord(
        order=2, id="c1", by="p", place="agent", at=0, seconds=0, status=403, error=failure, marks=(MISSED,)
    )
    return TracedCall(record, told)


def test_one_run_is_told_without_a_score() -> None:
    said = shown(SAME)
    assert "3 of 3 recorded calls asked again" in said
    assert "confidence" not in said
    assert said.rstrip().endswith("the same run")


def test_of_several_runs_the_one_that_differs_is_shown() -> None:
    call = missed("")
    unasked = (Scene(3, call, asked_then(call)),)
    other = replace(SAME, same=2, changed=3, unasked=unasked, tokens=Share(90, 100))
    said = shown(SAME, other, SAME)
    assert "2 of 3 recorded calls asked again" in said
    assert "at call 3 of the recording" in said
    assert "exact         2 of 3 runs (21% to 94% at 95 % confidence)" in said
    assert "not the same run" in said


def test_a_run_that_asks_for_more_than_was_recorded_parts_behind_its_end() -> None:
    assert "behind the last recorded call" in shown(replace(SAME, changed=4))


def test_99_percent_of_the_tokens_are_as_good_as_deterministic() -> None:
    assert "as good as deterministic" in shown(*[replace(SAME, changed=1, tokens=Share(990, 1000))] * 2)
    assert "as good as deterministic" not in shown(*[replace(SAME, changed=1, tokens=Share(989, 1000))] * 2)


def test_another_short_answer_to_long_requests_is_not_as_good_as_deterministic() -> None:
    other = replace(SAME, changed=1, answer_same=False, tokens=Share(996, 1000), answer=Share(0, 4))
    assert shown(other).rstrip().endswith("not the same run")
    assert shown(replace(SAME, exit_same=False)).rstrip().endswith("not the same run")


def test_a_little_less_than_all_does_not_read_as_all() -> None:
    assert "99.9 %" in shown(SAME, replace(SAME, changed=1, tokens=Share(99_999, 100_000)))


def test_misses_are_told_in_their_own_words_and_foreign_text_cannot_move_the_cursor() -> None:
    said = shown(replace(SAME, changed=1, missed=(missed("model call 1 \x1b[2J was never recorded"),)))
    assert "model call 1 \\x1b[2J was never recorded" in said
    assert "permission" not in said


def test_the_facts_say_the_same_with_intervals() -> None:
    facts: dict[str, Any] = replay_facts(TRACE, Determinism((SAME, replace(SAME, changed=1))), ("a note",))
    exact = facts["determinism"]["exact"]
    assert (exact["runs"], facts["same"], facts["notes"]) == (1, False, ["a note"])
    assert 0 < exact["low"] < 0.5 < exact["high"] < 1
