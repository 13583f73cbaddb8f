"""A replayed run as it is read in a terminal, and as facts for a program."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from rich.console import Group, RenderableType
from rich.text import Text

from agentprobe.basis.canonical import digest
from agentprobe.lab.statistics import wilson
from agentprobe.report.trace_words import counted, plain
from agentprobe.trace.pair import TracedCall
from agentprobe.trace.replay.compare import Repetition
from agentprobe.trace.replay.determinism import Determinism
from agentprobe.trace.replay.tokens import GOOD_AS_DETERMINISTIC
from agentprobe.trace.view import Trace

SHOWN = 3
"""So many misses are told one by one."""
_SAME = {True: ("the same", "green"), False: ("not the same", "red")}


def draw_replay(recorded: Trace, score: Determinism, caveats: Sequence[str] = ()) -> RenderableType:
    """What came of a replay, and with several runs how deterministic the agent is."""
    lines = [
        *_run(recorded, _telling(score)),
        *(_determinism(score) if len(score.runs) > 1 else ()),
        *(row("note", caveat, "yellow") for caveat in caveats),
        _verdict(score),
    ]
    return Group(*lines)


def replay_facts(recorded: Trace, score: Determinism, caveats: Sequence[str] = ()) -> dict[str, Any]:
    """The same as plain values: of each run what was asked, and the score with its intervals."""
    return {
        "trace": str(recorded.path),
        "answer": answer_hash(recorded),
        "runs": [_facts(run) for run in score.runs],
        "determinism": {
            "runs": len(score.runs),
            "exact": _rate(score.exact, len(score.runs)),
            "close": {**_rate(score.close, len(score.runs)), "least_share": GOOD_AS_DETERMINISTIC},
            "lowest_share": score.lowest,
            "parts_at": score.parts_at,
        },
        "notes": list(caveats),
        "same": score.exact == len(score.runs),
    }


def _telling(score: Determinism) -> Repetition:
    """The run that is shown: the first that differs, if any does."""
    return next((run for run in score.runs if not run.exact), score.runs[0])


def _run(recorded: Trace, run: Repetition) -> Iterator[Text]:
    made = counted(run.recorded, "recorded call", "recorded calls")
    parts = [f"{run.same} of {made} asked again", f"{run.replayed} answered from the trace"]
    if run.near:
        parts.append(f"{run.near} of them by one nearly the same")
    if run.live:
        parts.append(f"{run.live} answered by the world")
    yield row("calls", " · ".join(parts), "" if run.changed is None else "red")
    if run.missed:
        yield row("missed", counted(len(run.missed), "call", "calls"), "red")
    for call in run.missed[:SHOWN]:
        yield row("", why(call), "red")
    if run.changed is not None and not run.missed:
        where = f"at call {run.changed} of the recording" if run.unasked else "behind the last recorded call"
        yield row("parts", where, "yellow")
    yield row(
        "final answer", f"{_SAME[run.answer_same][0]} · {answer_hash(recorded)}", _SAME[run.answer_same][1]
    )
    if not run.answer_same:
        yield row("", f"now {answer_hash(run.trace)}", "red")
    yield row("exit code", _SAME[run.exit_same][0], _SAME[run.exit_same][1])


def _determinism(score: Determinism) -> Iterator[Text]:
    runs, percent = len(score.runs), f"{GOOD_AS_DETERMINISTIC:.0%}"
    yield row("exact", f"{score.exact} of {runs} runs {_interval(score.exact, runs)}")
    yield row(
        "by tokens", f"{score.close} of {runs} runs at {percent} or more {_interval(score.close, runs)}"
    )
    yield row("", f"the lowest had {_percent(score.lowest)} of its tokens in common with the recording")


def _verdict(score: Determinism) -> Text:
    runs = len(score.runs)
    if score.exact == runs:
        return Text("the same run" if runs == 1 else f"the same run, {runs} times", "bold green")
    if score.close == runs:
        return Text("not the same to the letter, but as good as deterministic", "bold yellow")
    return Text("not the same run", "bold red")


def _facts(run: Repetition) -> dict[str, Any]:
    return {
        "trace": str(run.trace.path),
        "exact": run.exact,
        "asked_again": run.same,
        "recorded": run.recorded,
        "replayed": run.replayed,
        "near": run.near,
        "live": run.live,
        "missed": [why(call) for call in run.missed],
        "parts_at": run.changed,
        "answer": answer_hash(run.trace),
        "answer_same": run.answer_same,
        "exit_same": run.exit_same,
        "tokens": {"matched": run.tokens.matched, "total": run.tokens.total, "share": run.tokens.rate},
    }


def why(call: TracedCall) -> str:
    """What the agent was told, without the error's class around it."""
    text = call.error or ""
    return plain(text[max(text.find("replay: "), 0) :].removeprefix("replay: "))


def answer_hash(trace: Trace) -> str:
    """The final answer as the beginning of its digest, by which two are compared at a glance."""
    said = trace.final_answer
    return digest(said)[:12] if said else "none"


def _rate(passed: int, runs: int) -> dict[str, float]:
    found = wilson(passed, runs)
    return {"runs": passed, "share": passed / runs, "low": found.low, "high": found.high}


def _interval(passed: int, runs: int) -> str:
    found = wilson(passed, runs)
    return f"({found.low:.0%} to {found.high:.0%} at 95 % confidence)"


def _percent(share: float) -> str:
    """A share of which a little less than all does not read as all."""
    return f"{int(share * 1000) / 10:g} %"


def row(name: str, text: str, style: str = "") -> Text:
    """One line: what it is about, and what there is to say."""
    return Text.assemble((f"{name:<14}", "dim"), (text, style))
