"""What the runs under faults say of each finding: confirmed, not confirmed, or why nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from agentprobe.chaos.fault import FAULTS
from agentprobe.domain.call import Kind
from agentprobe.lab.chaos.shot import Shown
from agentprobe.lab.proving.mark import Mark, State
from agentprobe.lab.proving.signs import signs_of
from agentprobe.scan.finding import Finding, Probe

if TYPE_CHECKING:
    from agentprobe.lab.proving.prove import Proving, Trial


def untold(finding: Finding) -> str:
    """Why no run says anything about a finding; empty where one can."""
    probe = finding.probe
    if probe is None or not probe.faults:
        return "no fault shows it: it is a matter of the code"
    if probe.load:
        return f"it takes {probe.load}: `agentprobe chaos stress` runs many sessions"
    if not probe.shows:
        return f"no single run tells: look for whether the agent {probe.expects}"
    return ""


def marked(finding: Finding, proving: Proving, ended: str) -> Mark:
    """How a finding stands after what was tried; `ended` says why not all was."""
    if why := untold(finding):
        return Mark(state=State.NOT_OBSERVED, reason=why)
    assert finding.probe is not None
    trials = list(proving.trials(finding))
    struck = [(trial, one) for trial in trials for one in trial.shown if one.fired and one.reaction.tells]
    for trial, shown in struck:
        signs = [sign for sign in signs_of(shown) if sign in finding.probe.shows]
        if signs:
            said = f": {shown.reason}" if shown.reason else ""
            reason = f"{_spelled(signs)} under {trial.strike}{said}"
            return _told(State.CONFIRMED, reason, trial, proving, len(struck))
    if struck and not (ended and any(not trial.shown for trial in trials)):
        reason = _held([trial for trial, _ in struck], [shown for _, shown in struck])
        return _told(State.NOT_CONFIRMED, reason, struck[-1][0], proving, len(struck))
    return Mark(state=State.NOT_OBSERVED, reason=_unseen(finding, proving, trials, ended))


def _told(state: State, reason: str, trial: Trial, proving: Proving, runs: int) -> Mark:
    return Mark(
        state=state,
        reason=reason,
        agent=trial.agent,
        task=trial.task,
        strike=trial.strike,
        command=proving.again(trial.agent, trial.task, trial.strike),
        runs=runs,
    )


def _spelled(signs: Iterable[str]) -> str:
    return " and ".join(str(sign) for sign in signs)


def _held(trials: Sequence[Trial], shown: Sequence[Shown]) -> str:
    strikes = list(dict.fromkeys(trial.strike for trial in trials))
    more = f" and {len(strikes) - 2} more" if len(strikes) > 2 else ""
    made = ", ".join(dict.fromkeys(one.reaction.value for one in shown))
    return f"{', '.join(strikes[:2])}{more} struck, and the agent {made}"


def _unseen(finding: Finding, proving: Proving, trials: Sequence[Trial], ended: str) -> str:
    """Why no run tells anything: the first reason that holds."""
    assert finding.probe is not None
    reasons: tuple[Callable[[], str], ...] = (
        lambda: ended if any(not trial.shown for trial in trials) or not proving.hunts else "",
        lambda: _pointless(finding.probe, proving),
        lambda: next((one.unsteady for one in proving.unsteady if not proving.hunts), ""),
        lambda: _elsewhere(finding, proving),
        lambda: _out_of_reach(finding, proving) if not trials else "",
        lambda: next((one.reason for trial in trials for one in trial.shown if not one.reaction.tells), ""),
    )
    found = next((why for reason in reasons if (why := reason())), "")
    return found or f"{', '.join(finding.probe.faults)} struck nothing"


def _pointless(probe: Probe | None, proving: Proving) -> str:
    if probe is None or not set(probe.faults) <= proving.pointless:
        return ""
    return f"a simulated model answers the same under {', '.join(probe.faults)}; it takes a real one"


def _elsewhere(finding: Finding, proving: Proving) -> str:
    assert proving.concerning is not None
    agents = dict.fromkeys(hunt.subject.agent for hunt, _ in proving.hunts)
    whys = [proving.concerning.why_not(finding, agent) for agent in agents]
    return "; ".join(whys) if whys and all(whys) else ""


def _out_of_reach(finding: Finding, proving: Proving) -> str:
    assert proving.concerning is not None
    assert finding.probe is not None
    kinds = {kind for name in finding.probe.faults for kind in FAULTS.get(name).strikes}
    tools = proving.concerning.tools(finding)
    if tools and Kind.TOOL in kinds and finding.probe.at != "model":
        return f"no undisturbed run called {' or '.join(tools)}, so nothing could be struck there"
    return f"no call of the undisturbed runs can be struck by {' or '.join(finding.probe.faults)}"
