"""Words by which people tell of the six ways of failing, and words by which they deny them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from agentprobe.scan.severity import Mode, Severity

DENIED = re.compile(
    r"\b(?:no|not|never|without|avoids?|prevents?|free of|rules? out|n't)\b[^,]{0,40}$", re.IGNORECASE
)
HANDLED = re.compile(
    r"back-?off|circuit.?breaker|\bhandle[sd]?\b|\bpinned\b|\bserial|one after the other|sequential"
    r"|idempotent|\bfixed\b|\block\b|pull requests?|regression tests?|reviewed|approved|\btests? for\b"
    r"|\b\d+\s?(?:s|sec\w*|ms|min\w*) timeouts?|timeouts? (?:of|is|are) (?:set )?(?:to )?\d|\bloudly\b"
    r"|\b(?:has|have|with|uses?|sets?|gets?)\b[^.]{0,30}(?:time.?outs?|retry polic\w+|deadlines?)\b"
    r"|\b(?:zero|0|same|one)\b[^.]{0,25}\b(?:every|all|each|both) environments?\b"
    r"|\balerts?\b|version(?:ed|ing)\b|summari[sz]|compact",
    re.IGNORECASE,
)
_SILENT = (
    r"silent|swallow|\bignor|except[^.]{0,20}pass|as if nothing|empty (?:string|answer|result|list)"
    r"|reports? success|carries on|goes on|continues|moves? on|proceeds?\b|keeps going|nobody notice"
)
_TROUBLE = (
    r"\b(?:https?|status|errors?|codes?|returns?|returned|got|gets|an?)\s+(?:code\s+)?(?:429|50[0234]|529)\b"
    r"|\b(?:429|5xx|50[0234]|529)s?\s+(?:errors?|responses?|status|from)\b|\b(?:429|50[0234]|529)s\b"
    r"|rate.?limit|\boverloaded\b|time[ds]?.?outs?\b|server error|api error"
    r"|connection (?:reset|error)"
)


@dataclass(frozen=True)
class Pattern:
    """Words that suggest a way of failing."""

    mode: Mode
    pattern: re.Pattern[str]
    suggests: str
    severity: Severity = Severity.MEDIUM
    deniable: bool = True
    """Is it nothing when it is denied, or said to be handled, in the same sentence?"""


def _suggests(
    mode: Mode, pattern: str, says: str, severity: Severity = Severity.MEDIUM, *, deniable: bool = True
) -> Pattern:
    return Pattern(mode, re.compile(pattern, re.IGNORECASE), says, severity, deniable)


PATTERNS = (
    _suggests(
        Mode.TEMPERATURE_DRIFT,
        r"temperature[^.]{0,25}\b(?:not set|unset|unspecified|never set|not pinned|unpinned|default)\b"
        r"|\b(?:no|default|without a?) ?temperature",
        "the temperature may be whatever the provider's default is",
        deniable=False,
    ),
    _suggests(
        Mode.TEMPERATURE_DRIFT,
        r"temperature[^.]{0,40}\b(?:differ|higher|raised|drift|diverge)\w*"
        r"|\b(?:different|higher)\b[^.]{0,15}temperature",
        "the temperature may differ between environments",
        Severity.HIGH,
    ),
    _suggests(
        Mode.TEMPERATURE_DRIFT,
        r"same (?:prompt|input|question|request)\b[^.]{0,60}\b(?:different|varying|other)\b|non-?determinis",
        "answers to the same request may vary",
    ),
    _suggests(
        Mode.CONTEXT_OVERFLOW,
        r"context(?: window| limit| length)?[^.]{0,20}\b"
        r"(?:overflow|full|exceed|too (?:long|small)|fills? up|runs? out)"
        r"|\b(?:overflow|exceed|outgr[eo]w)\w*[^.]{0,30}context|context_length_exceeded|maximum context"
        r"|\b(?:requests?|prompts?|inputs?|messages?|conversations?)\b[^.]{0,25}\btoo (?:long|large|big)\b",
        "the context may outgrow the model's window",
        Severity.HIGH,
    ),
    _suggests(
        Mode.CONTEXT_OVERFLOW,
        r"\b(?:forg[eo]ts?|loses?|lost|ignores?|contradicts?|(?:stops?|no longer) follow\w*)\b[^.]{0,40}"
        r"\b(?:instruction|rules|policy|earlier|beginning|system prompt|first turn)",
        "instructions may have fallen out of the model's attention",
    ),
    _suggests(
        Mode.CONTEXT_OVERFLOW,
        r"as if [^.]{0,30}(?:instructions?|system prompt|earlier messages?)[^.]{0,20}"
        r"(?:did not|didn't|never|were not|was not|wasn't|weren't)",
        "instructions may no longer reach the model",
    ),
    _suggests(
        Mode.CONTEXT_OVERFLOW,
        r"\b(?:entire|whole|full|complete|all)\b[^.]{0,20}\b(?:conversation|history|chat|messages|transcript)\b"
        r"[^.]{0,60}\b(?:each|every|sent|append|pass|prompt)",
        "the history may grow without a bound",
    ),
    _suggests(
        Mode.CONTEXT_OVERFLOW,
        r"memory of (?:all|every)|\bappended (?:forever|without)"
        r"|\bnever (?:trimmed|truncated|summari[sz]ed|compacted)"
        r"|\bno (?:compaction|trimming|truncation|summari[sz]ation)",
        "the history may grow without a bound",
        deniable=False,
    ),
    _suggests(
        Mode.CONTEXT_OVERFLOW,
        r"\b(?:unabridged|in full|whole|entire|raw|all)\b[^.]{0,40}\b(?:in|into|to) (?:the )?"
        r"(?:conversation|prompt|context|messages)\b",
        "what is put into the context may have no bound",
    ),
    _suggests(
        Mode.TOKEN_LIMIT,
        r"\b(?:truncat\w+|cut off|cuts off|cut short|mid-?sentence|unterminated|incomplete json)\b"
        r"(?![^.]{0,15}\b(?:history|context|old(?:er)? (?:turns|messages)))"
        r"|\b(?:ends?|ended|stops?|stopped) (?:abruptly|too early|half.?way|in the middle)"
        r"|\b(?:lacks?|misses|missing|without) (?:its |the |a )?closing"
        r"|finish.?reason[^.]{0,12}\blength\b",
        "answers may stop at the limit of max_tokens",
        Severity.HIGH,
    ),
    _suggests(
        Mode.PROMPT_DRIFT,
        r"\bprompts?\b[^.]{0,60}\b(?:edit|chang|tweak|updat|modif|hot-?fix|rewr[io])\w*"
        r"|\b(?:edit|chang|tweak|updat|modif)\w*[^.]{0,25}\bprompts?\b",
        "the system prompt may change without anybody comparing its versions",
    ),
    _suggests(
        Mode.PROMPT_DRIFT,
        r"\bprompts?\b[^.]{0,50}(?:\bnot|n't|\bnever|\bwithout|\bno|\bun)[ -]?"
        r"(?:under )?(?:version|lock|review|track|hash|test)",
        "no version of the prompt may be known for what runs",
        Severity.HIGH,
        deniable=False,
    ),
    _suggests(
        Mode.API_LATENCY,
        rf"(?:{_TROUBLE}|\bexceptions?\b)[^.]{{0,120}}(?:{_SILENT})|(?:{_SILENT})[^.]{{0,120}}(?:{_TROUBLE})",
        "errors of the model's service may be swallowed",
        Severity.HIGH,
        deniable=False,
    ),
    _suggests(
        Mode.API_LATENCY,
        r"\bswallow\w*[^.]{0,30}(?:errors?|exceptions?|failures?)"
        r"|(?:\bexcept\b|exceptions?|\bany error|\bon (?:an )?errors?)[^.]{0,60}"
        r"(?:empty|\bnone\b|\bpass\b|ignored|swallowed|default answer)"
        r"|\breturns? (?:an? )?(?:empty \w+|none)\b[^.]{0,30}(?:error|exception|fail)",
        "errors may be turned into answers",
        Severity.HIGH,
        deniable=False,
    ),
    _suggests(
        Mode.API_LATENCY,
        r"\b(?:no|without(?: an?)?) (?:\w+ )?"
        r"(?:timeouts?|deadlines?|retr(?:y|ies)|backoff|circuit breakers?)\b",
        "a slow or failing service may not be dealt with",
        deniable=False,
    ),
    _suggests(Mode.API_LATENCY, _TROUBLE, "calls may be slow, or be refused for their number"),
    _suggests(
        Mode.RACE_CONDITION,
        r"race condition|\braces? (?:to|against|with|between)\b|\bas they arrive\b|completion order"
        r"|\bout of order\b|wrong order|interleav|lost updates?|overwr\w+ each other",
        "calls under way together may come back in another order",
        Severity.HIGH,
    ),
    _suggests(
        Mode.RACE_CONDITION,
        r"\b(?:parallel|concurrent(?:ly)?|simultaneous(?:ly)?|at the same time|fan-?out)\b[^.]{0,60}"
        r"\b(?:tools?|calls?|writes?|updates?|requests?)\b"
        r"|\b(?:tools?|calls?|writes?|updates?)\b[^.]{0,60}"
        r"\b(?:parallel|concurrently|simultaneously|at the same time)\b"
        r"|\b(?:several|multiple) tool calls\b|\b(?:thread|process|worker) ?pools?\b"
        r"|asyncio\.gather|parallel_tool_calls\s*[:=]\s*true",
        "tools may run side by side",
    ),
)
