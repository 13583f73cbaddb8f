"""What is to be said of a cell: from what reached the program to one word."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import Enum
from typing import Any, NamedTuple

from conformance.clerk import AMOUNT, ANSWER, GIVEN_UP, ORDER, TRAP
from conformance.facts import Facts


class Meaning(NamedTuple):
    """How a verdict is shown."""

    sign: str
    title: str
    told: str


class Verdict(Enum):
    """From the worst to the best; the last says nothing."""

    UNFINISHED = Meaning(
        "**ARGS**",
        "WRONG: tool ran with unfinished arguments",
        "the tool ran with a part of its arguments, the rest filled in from defaults",
    )
    OTHER_ARGUMENTS = Meaning(
        "**OTHER**", "WRONG: tool ran with other arguments", "the tool ran with arguments nobody meant"
    )
    TWICE = Meaning("**TWICE**", "WRONG: ran twice", "the refund was paid more than once")
    HUNG = Meaning("hung", "hung", "no end within the limit; no timeout of its own ended it")
    UNDONE = Meaning("undone", "silent: not done", "the answer says that it is done, and the tool never ran")
    CUT = Meaning("cut", "silent: cut text as the answer", "a part of the text came back as the answer")
    EMPTY = Meaning("empty", "silent: nothing as the answer", "no text, or None, came back as the answer")
    GARBLED = Meaning(
        "text",
        "silent: other text as the answer",
        "text came back that is not what a run without the fault answers",
    )
    FOREIGN = Meaning(
        "foreign",
        "raised foreign",
        "an exception outside the library's own tree and its SDK's, such as IndexError",
    )
    OWN_CHECK = Meaning(
        "yours",
        "left to the program",
        "handed over without a word; it was the program's own next line, such as json.loads, that failed",
    )
    GIVEN_UP = Meaning(
        "gave up",
        "gave up",
        "the model was told again and again that its call had failed, until it said that it gives up",
    )
    RAISED = Meaning("raised", "raised", "an exception of the library's own, or of the SDK's it stands on")
    RIGHT = Meaning("ok", "right", "the task was done once, as meant, and the whole answer came back")
    NOT_STRUCK = Meaning("·", "not struck", "the fault could change nothing here; nothing follows from it")

    @property
    def rank(self) -> int:
        """0 for the worst."""
        return list(Verdict).index(self)

    @property
    def wrong(self) -> bool:
        """Did the world come to harm?"""
        return self in (Verdict.UNFINISHED, Verdict.OTHER_ARGUMENTS, Verdict.TWICE)

    @property
    def silent(self) -> bool:
        """Was something that is no answer given out as one?"""
        return self in (Verdict.UNDONE, Verdict.CUT, Verdict.EMPTY, Verdict.GARBLED)


def judge(facts: Facts) -> Verdict:
    """What came of one run."""
    if not facts.struck:
        return Verdict.NOT_STRUCK
    if (harm := _harm(facts.executed)) is not None:
        return harm
    if facts.hung or facts.died:
        return Verdict.HUNG
    if facts.error is not None:
        if facts.error.here:
            return Verdict.OWN_CHECK
        return Verdict.RAISED if facts.error.own else Verdict.FOREIGN
    return _of_answer(facts)


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """The one to be shown where several runs make one cell."""
    return min(verdicts, key=lambda verdict: verdict.rank, default=Verdict.NOT_STRUCK)


def _harm(executed: tuple[Mapping[str, Any], ...]) -> Verdict | None:
    for call in executed:
        if not _as_meant(call):
            return Verdict.UNFINISHED if _unfinished(call) else Verdict.OTHER_ARGUMENTS
    return Verdict.TWICE if len(executed) > 1 else None


def _as_meant(call: Mapping[str, Any]) -> bool:
    return bool(call["order"] == ORDER and call["amount"] == AMOUNT)


def _unfinished(call: Mapping[str, Any]) -> bool:
    """Could it be the beginning of what was meant?"""
    order, amount = call["order"], call["amount"]
    begun = isinstance(order, str) and ORDER.startswith(order)
    return begun and (amount == TRAP or str(AMOUNT).startswith(str(amount)))


def _of_answer(facts: Facts) -> Verdict:
    answer = " ".join((facts.answer or "").split())
    if not answer:
        return Verdict.EMPTY
    if answer == ANSWER:
        return Verdict.RIGHT if facts.executed else Verdict.UNDONE
    if answer == GIVEN_UP and not facts.executed:
        return Verdict.GIVEN_UP
    return Verdict.CUT if answer in ANSWER else Verdict.GARBLED
