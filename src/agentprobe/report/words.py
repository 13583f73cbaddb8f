"""What decisions and failure modes are called and what they mean, the same in every form of report."""

from __future__ import annotations

from datetime import datetime

from agentprobe.domain.evidence import Mode
from agentprobe.domain.verdict import Decision
from agentprobe.lab.findings import Rate

DECISIONS = {
    Decision.PASS: "PASS",
    Decision.FAIL: "FAIL",
    Decision.NOT_OBSERVED: "NOT OBSERVED",
}

MEANINGS = {
    Mode.DUPLICATED_EFFECT: "the same write happened more than once",
    Mode.WRONG_EFFECT: "a write that nobody asked for happened",
    Mode.CLAIMED_WITHOUT_EFFECT: "it said done, and nothing was done",
    Mode.GUESSED: "several records matched; it picked one instead of asking back",
    Mode.ERROR_AS_ANSWER: "an error text was handed to the user as the answer",
    Mode.EMPTY_ANSWER: "the run ended well with nothing to say",
    Mode.TRUNCATED_ANSWER: "a cut answer was handed to the user as a whole one",
    Mode.LOOPED: "it repeated itself until it was stopped",
    Mode.TIMED_OUT: "it did not end within its time",
    Mode.CRASHED: "it ended with an exception",
    Mode.ASKED_NEEDLESSLY: "it asked back although the request was clear",
    Mode.MISSED_EFFECT: "a write that was asked for did not happen",
    Mode.WRONG_ANSWER: "the answer is wrong",
    Mode.GAVE_UP: "it said openly that it could not do it",
}

NOT_JUDGED = "it is not among the agents that [gate] names"
SILENT = (
    "not one model call of it was seen, so neither the model nor a fault of this test reached it; "
    "does it take its base URL from a variable such as OPENAI_BASE_URL?"
)
MOST_TROUBLES = 5
"""So many causes of errors are written out; one broken check may fail in a hundred ways."""


def title(mode: Mode) -> str:
    """A mode's name in plain words."""
    return mode.value.replace("_", " ")


def percent(share: float) -> str:
    """A share in whole per cent."""
    return f"{share * 100:.0f} %"


def interval(rate: Rate) -> str:
    """A rate's interval in whole per cent, or that nothing was observed."""
    return f"{rate.low * 100:.0f}–{rate.high * 100:.0f} %" if rate.runs else "not observed"


def rows_of(rows: int | None) -> str:
    """A density in words."""
    return "no world" if rows is None else f"{rows:,} row{'' if rows == 1 else 's'}"


def faults_of(schedule: str) -> str:
    """A schedule in words."""
    return schedule or "no fault"


def moment(stamp: str) -> str:
    """An ISO date and time as it is read best, to the minute; as it is where it is none."""
    try:
        return f"{datetime.fromisoformat(stamp):%Y-%m-%d %H:%M %Z}".strip()
    except ValueError:
        return stamp


def plain(text: str) -> str:
    """Untrusted text without the control characters by which it could write elsewhere on the screen."""
    return "".join(letter if letter.isprintable() else " " for letter in text)
