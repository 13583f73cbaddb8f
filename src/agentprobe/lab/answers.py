"""What kind of answer a text is: a question back, an admission, an error handed through.

Plain rules on words, in English, that a person can check; a task's own `check` decides where they do not do.
"""

from __future__ import annotations

import re

_QUESTION = re.compile(r"[^.!?\n]*\?")
_COURTESY = re.compile(
    r"\b(anything else|something else|further questions?|more questions?|help you with|assist you|"
    r"else (?:i|we) can|(?:is|was) (?:that|this) (?:ok|okay|helpful|all)|how can i help)\b",
    re.IGNORECASE,
)
_ASKS = re.compile(
    r"\b(which|who|whose|what|when|where|how many|how much|do you|did you|could you|can you|would you|"
    r"will you|should i|shall i|may i|is it|is this|are you|are these|please confirm|or)\b",
    re.IGNORECASE,
)
_ADMISSION = re.compile(
    r"\b(could ?n[o']t|could not|can ?not|can't|unable|not able|not possible|failed|did ?n[o']t|did not|"
    r"was not|wasn't|were not|has not|hasn't|have not|haven't|no longer|not found|nothing found|"
    r"not available|unavailable|do not know|don't know|not sure|unfortunately|went wrong|try again later)\b",
    re.IGNORECASE,
)
_ERROR_TEXT = re.compile(
    r"Traceback \(most recent call last\)"
    r"|\b[A-Z]\w*(?:Error|Exception|Timeout)\b\s*[:(]"
    r"|\bError code: ?\d{3}\b"
    r"|\bHTTP(?:/1\.1)? ?[45]\d\d\b"
    r"|[\"']error[\"'] ?: ?[\"'{]"
    r"|^\s*(?:Connection|Request|API) (?:error|timed out)\b"
    r"|^\s*Error: ",
    re.MULTILINE,
)
_UNKNOWABLE = re.compile(
    r"\b(?:can ?not|can't|could ?n[o']t|could not|unable to|not possible to|impossible to|no way to|hard to)"
    r"(?: \w+){0,4}? (?:know|known|tell|say|said|determine|determined|decide|decided|answer|answered"
    r"|establish|confirm|be sure)\b"
    r"|\b(?:contradict|conflict)\w*|\bdisagree\b|\binconsistent\b"
    r"|\b(?:do|does|did)(?: not|n't) (?:say|state|tell|decide|agree|know|specify)\b"
    r"|\b(?:unclear|undecided|unknowable|ambiguous|inconclusive)\b"
    r"|\bnot (?:clear|stated|specified|recorded|known|certain|sure|decided)\b"
    r"|\bnothing (?:\w+ ){0,3}?(?:says|tells|decides|states)\b",
    re.IGNORECASE,
)
_LEAST_QUOTE = 12
"""An error's message must be at least so long before holding it counts as handing it through."""


def asks_back(answer: str) -> bool:
    """Does the answer ask the user something that matters?

    A sentence that ends in a question mark and asks for a choice or a fact; a courtesy at the end
    ("anything else?") is none.
    """
    questions = (found[0] for found in _QUESTION.finditer(answer))
    return any(_ASKS.search(one) and not _COURTESY.search(one) for one in questions)


def admits(answer: str) -> bool:
    """Does the answer say that something did not work?"""
    return bool(_ADMISSION.search(answer))


def cannot_tell(answer: str) -> bool:
    """Does the answer say that what was asked cannot be known?"""
    return bool(_UNKNOWABLE.search(answer))


def hands_error_through(answer: str, failures: tuple[str, ...] = ()) -> bool:
    """Is an error's text the answer: by its form, or since it quotes a failure that the run met?"""
    if _ERROR_TEXT.search(answer):
        return True
    return any(len(text) >= _LEAST_QUOTE and text in answer for text in failures)


def admits_beside(answer: str, failures: tuple[str, ...] = ()) -> bool:
    """Does an answer that quotes an error say in words of its own that something did not work?"""
    own = answer
    for text in failures:
        own = own.replace(text, "") if len(text) >= _LEAST_QUOTE else own
    found = _ERROR_TEXT.search(own)
    return admits(own[: found.start()] if found else own)
