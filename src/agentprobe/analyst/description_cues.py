"""Words that say little alone: two of different kinds in a description suggest a way of failing."""

from __future__ import annotations

import re
from dataclasses import dataclass

from agentprobe.scan.severity import Mode


@dataclass(frozen=True)
class Cue:
    """One kind of words, and what they would say of a way of failing."""

    mode: Mode
    kind: str
    pattern: re.Pattern[str]
    weight: int = 1


def _cue(mode: Mode, kind: str, *words: str, weight: int = 1) -> Cue:
    return Cue(mode, kind, re.compile("|".join(words), re.IGNORECASE), weight)


NEEDED = {
    Mode.TEMPERATURE_DRIFT: "the temperature",
    Mode.PROMPT_DRIFT: "what the prompt says",
}
"""The kind without which the others of a mode say nothing."""
SAYS = {
    Mode.TEMPERATURE_DRIFT: "the temperature may differ where the agent runs, or be nobody's choice",
    Mode.CONTEXT_OVERFLOW: "more may be told than the model's window takes well",
    Mode.TOKEN_LIMIT: "answers may stop at the limit of max_tokens",
    Mode.PROMPT_DRIFT: "the prompt may change without anybody comparing its versions",
    Mode.API_LATENCY: "slow or failing calls may go unnoticed",
    Mode.RACE_CONDITION: "what runs together may work on the same thing, or come back in another order",
}
_DONE = (
    r"\b(?:edit|chang|tweak|updat|modif|rewr[io]|swap|replac|adjust|improv|overrid|overwr|reword|roll"
    r"|assembl|generat)\w*"
)
_PEOPLE = (
    r"\b(?:marketing|product|legal|support|sales|pms?|managers?|teams?|leads?|anyone|anybody|everyone|ops"
    r"|editors?|customers?)\b"
)
_PIECES = (
    r"(?:answers?|repl(?:y|ies)|outputs?|json|files?|reports?|responses?|summar(?:y|ies)|tables?"
    r"|code|posts?|plans?|lists?|"
    r"explanations?|paragraphs?|sentences?|documents?|functions?|letters?|articles?|translations?)"
)
CUES = (
    # temperature
    _cue(
        Mode.TEMPERATURE_DRIFT,
        "the temperature",
        r"\btemp(?:erature)?s?\b",
        r"_temp(?:erature)?\b",
        r"\bsampling\b",
        r"\btop_p\b",
        r"\bT ?= ?[012]\b|\bhard-?codes? [01]\.\d|\b(?:gpt|claude|gemini|llama"
        r"|mistral)[\w.-]* at [012](?:\.\d)?\b",
        r"\bseeds?\b",
        r"\bcreativ\w+ (?:setting|level|slider|mode)",
    ),
    _cue(
        Mode.TEMPERATURE_DRIFT,
        "places that differ",
        r"\b(?:dev|laptop|local|locally|offline|eval\w*|staging|qa|tests?|notebook|playground|ci"
        r"|sandbox)\b.{1,160}"
        r"\b(?:prod|production|product|cloud|live|customers?|users?|deployed|kubernetes|container"
        r"|api service|server)\b",
        r"\b(?:only|just) (?:in )?(?:prod|production|live)\b",
        r"\b(?:per|each of (?:our|the) (?:\w+ )?|each|every) (?:tenant|customer|environment|region"
        r"|team|client)s?\b",
    ),
    _cue(
        Mode.TEMPERATURE_DRIFT,
        "nobody's choice",
        r"\bfeature flag\b",
        r"\bfalls? back\b",
        r"\bnobody\b|\bpass(?:es|ed)? nothing\b|\babsent\b|\bunset\b|\bmissing\b|\bnever (?:copied"
        r"|passed|forwarded)",
        r"\b(?:not|n't|never|un)[ -]?(?:set|chosen|given|pinned|configured|specified|thought)\b",
        r"\b(?:leaves?|left|leaving) (?:it )?out\b",
        r"\bomit",
        r"\bno (?:seed|temperature)\b",
        r"\bdefaults?\b",
        r"\blatest\b",
    ),
    _cue(
        Mode.TEMPERATURE_DRIFT,
        "answers that vary",
        r"\b(?:can't|cannot|can not|couldn't|could not|unable to|not|never|hard to"
        r"|impossible to) (?:be )?reproduc",
        r"\b(?:var(?:y|ies|ied)|flak\w+|inconsisten\w+|unpredictab\w+|random\w*|erratic"
        r"|hallucinat\w*|invents?|made up)\b",
        r"\bsame\b.{1,60}\b(?:different|new|other|another|differs?|changes?)\b",
        r"\b(?:different|another|new)\b.{1,40}\b(?:each|every) (?:time|run|day)\b",
        r"\b(?:went|behaves?|answers?|reacts?|differs?) (?:quite |very )?(?:differently|by"
        r"|between runs)\b|\bbetween (?:runs|reruns)\b|\bmood\w*\b|\b(?:do|does|did) not predict\b",
    ),
    # context
    _cue(
        Mode.CONTEXT_OVERFLOW,
        "everything is told",
        r"\b(?:full|entire|whole|complete|all|every|raw|unabridged|inline|verbatim|everything)\b.{0,40}"
        r"\b(?:transcripts?|histor\w+|conversations?|threads?|messages?|documents?|pages?|results?"
        r"|outputs?|reasoning|attachments?|"
        r"logs?|files?|pdfs?|tickets?|rows|emails?|e-mails?|steps?|turns?|records?|repository"
        r"|codebase|wiki|handbook|memory|catalogu?e?)",
        r"\b(?:conversation)?buffer ?memory\b|\bscreenshots\b|\b(?:one|single|each) (?:prompt"
        r"|message|request)\b|\bmemory on\b|\bverbose\b|\bstays? there\b",
        r"\b(?:attachments?|documents?|files?|results?|logs?|pages?)\b.{0,40}\b(?:inline"
        r"|concatenat\w+|pasted|appended|dumped|go to the model)",
        r"\bconcatenat\w+|\bdump(?:s|ed)?\b|\bpasted?\b|\bbroadcast|\bunmodified\b"
        r"|\bre-?sen[dt]s?\b|\bremembers? everything",
        r"\b(?:added|appended|inserted|put|goes|go|fed|attached|loaded|pushed) (?:to|into"
        r"|in) (?:the )?(?:conversation|context|prompt|system prompt|messages|history)\b",
    ),
    _cue(
        Mode.CONTEXT_OVERFLOW,
        "much of it",
        r"\b\d+(?:[.,]\d+)?\s?(?:k|m|,000|000)[ -]?(?:tokens?|characters?|words|rows|lines|records)\b",
        r"\b(?:\d{2,}|hundreds of|thousands of|dozens of)[ -](?:pages?|turns|rounds|messages|chunks"
        r"|documents|files|snippets|emails)\b",
        r"\b\d+(?:[.,]\d+)? ?(?:kb|mb|gb)\b|\b(?:every|each) (?:question|request|call|turn|message"
        r"|step)\b",
        r"\b(?:after|by|past|beyond|around) (?:about |some |round |turn |step |message "
        r"|the )?(?:\d+|two|three|four|five|six|ten|twenty|thirty"
        r"|forty|fifty|third|fourth|fifth|sixth|tenth)(?:th)?"
        r"(?: (?:turns|rounds|messages|minutes|steps|hours))?",
        r"\b(?:long|large|big|huge)\b.{0,15}\b(?:threads?|documents?|sessions?|conversations?"
        r"|chats?|tickets?|files?|transcripts?)\b",
    ),
    _cue(
        Mode.CONTEXT_OVERFLOW,
        "no bound",
        r"\b(?:no|not|never|without|n't)\b.{0,25}\b(?:limit|bound|trim|truncat|summar|compact|prun"
        r"|cut|enforced|drop|clear|reset|window)\w*",
        r"\bgrow(?:s|ing)?\b|\bclimb|\baccumulat|\bpil(?:e|es|ing) up\b|\bforever\b|\bfor ever\b"
        r"|\bindefinitely\b|\bunbounded\b",
    ),
    _cue(
        Mode.CONTEXT_OVERFLOW,
        "what was told is lost",
        r"\b(?:forg[eo]ts?|forgotten|ignor(?:es?|ed|ing)|loses?|repeats?|contradicts? itself"
        r"|stops? (?:obeying|following)|no longer)\b",
        r"\b(?:calls?|requests?|prompts?) (?:is|are|was|were|gets?) (?:rejected|refused)\b"
        r"|\bnonsense\b|\bat the start\b|\bmisses things\b",
        r"\b(?:first|early|earlier|initial|middle|beginning)\b.{0,40}\b(?:wrong|missing|missed|lost"
        r"|overlooked|nonsense)",
        r"\b(?:wrong|misse[sd]|overlook\w*|nonsense)\b.{0,40}\b(?:first|early|earlier|initial"
        r"|middle|beginning)\b",
        r"\b(?:prompt|context|input|request)_?(?:length|too)_?\w*\b|\brefused by the (?:api|model"
        r"|provider)|\bfrom the start\b|\bconfused\b",
        r"\b(?:http )?(?:400|413)\b|\brequests? (?:fails?|is|are|was|were) (?:rejected|refused|too)"
        r"|\brequest fails\b|\btoo (?:long|large|many tokens)",
    ),
    # token limit
    _cue(
        Mode.TOKEN_LIMIT,
        "a cap",
        r"\bmax(?:imum)?[_ ](?:completion_|output_|new_)?tokens?\b",
        r"\b(?:at most|up to|limit(?:ed)? (?:of|to)|cap(?:ped)? (?:of|at)|given|only|maximum of"
        r"|ceiling of|budget of)\b.{0,15}\b\d[\d,.]*k?"
        r" ?(?:output |completion )?tokens\b(?! (?:of )?(?:context|history|input))",
        r"\b(?:finish|stop)[_ ]reasons?\b",
        r"\b(?:limit(?:ed)?|cap(?:ped)?|max(?:imum)?|restricted)\b (?:of |at |to "
        r"|is )?\d[\d,.]*k? ?(?:output )?tokens\b",
        r"\boutput (?:cap|limit|tokens?)\b",
    ),
    _cue(
        Mode.TOKEN_LIMIT,
        "much is asked for",
        r"\b\d[\d,.]* ?(?:words|pages|items|clauses|rows|steps|sections|paragraphs|entries"
        r"|questions)\b",
        r"\b(?:long|longer|big|bigger|large|larger|detailed|complex)\b.{0,15}\b" + _PIECES + r"\b",
        r"\b(?:more than|over) (?:\w+) (?:steps|items|rows|sections|pages|entries)\b",
    ),
    _cue(
        Mode.TOKEN_LIMIT,
        "an end that is missing",
        r"\b"
        + _PIECES
        + r"\b.{0,40}\b(?:end|finish|stop|break|cut|lack|miss)\w*\b.{0,30}"
        + r"\b(?:middle|mid|half|abruptly|early|short|off|last|final|end|close|closing)",
        r"\b(?:no|without|lack\w*) (?:\w+ )?(?:sign-?off|final|last|closing|conclusion|ending|end"
        r"|summary)\b|\bunbalanced\b|\b(?:stop|end|break)s? before\b|\b(?:arrive|come"
        r"|return)s? without\b|\bjust (?:one|a) (?:line|word|sentence)|\bjsondecode"
        r"|\b(?:end|stop)s? (?:at|after) (?:section|step|item|page|row|line|chapter|point) \w+"
        r"|\blast (?:third|half|part|quarter|section)\b"
        r"|\bbut not (?:acted on|checked|handled|used)",
        r"\b(?:without|lack\w*|missing|misses) (?:its |their |the |a )?(?:last|final|end|closing"
        r"|conclusion|rest|steps?|ending)\b",
        r"\b(?:invalid|broken|incomplete|malformed|unparse?able|half|partial|unfinished)\b.{0,15}\b"
        + _PIECES,
        r"\b"
        + _PIECES
        + r"\b.{0,20}\b(?:is|are|was|were) "
        + r"(?:invalid|broken|incomplete|malformed|unfinished|partial|too short)",
        r"\b(?:answers?|replies|outputs?|it|they) (?:just )?stops?\b|\bpress\w* .?continue"
        r"|\bdo(?:es)? not (?:compile|parse)|\b(?:one|two|three|four|five|few) words? long\b",
    ),
    # prompt
    _cue(
        Mode.PROMPT_DRIFT,
        "what the prompt says",
        r"\bprompts?\b",
        r"\binstructions?\b(?: text)?",
        r"\bsystem message",
        r"\bwording\b",
        r"\bfew-?shot",
        r"\b(?:tone|persona|policy) (?:section|text|block|of the)",
        r"\btemplates?\b",
    ),
    _cue(
        Mode.PROMPT_DRIFT,
        "it changes",
        _DONE
        + r".{0,60}\b(?:prompts?|instructions?|system message|wording|few-?shot|tone|persona|templates?"
        + r"|copy|page|text)\b",
        r"\b(?:prompts?|instructions?|system message|wording|few-?shot|tone|persona"
        r"|templates?)\b.{0,80}" + _DONE,
        r"\b(?:notion|google docs?|cms|wiki|spreadsheet|admin (?:panel|page)|launchdarkly"
        r"|feature flag|online editor|playground|dashboard)\b",
        r"\b(?:copied|forked|own cop(?:y|ies)|duplicated|adapt\w*|hot-?fix\w*|compiled|console"
        r"|macros?)\b",
        r"\ba/?b[ -]test",
    ),
    _cue(
        Mode.PROMPT_DRIFT,
        "nobody looks",
        r"\b(?:without|no|not|never|nobody|n't|un)[ -]?.{0,20}\b(?:deploy|review|histor|version"
        r"|diff|pin|track|test|log|record|tell which|know\w* which)",
        _PEOPLE + r".{0,40}(?:" + _DONE + r"|\bcan\b)",
        r"\b(?:by|from) " + _PEOPLE,
    ),
    _cue(
        Mode.PROMPT_DRIFT,
        "something moved after it",
        r"\bsince\b|\bbehaves? (?:otherwise|differently|oddly)\b|\bshifts?\b|\brefuses?\b"
        r"|\bcontradict|\bdifferent answers\b"
        r"|\bafter (?:that|the|a|an|this|tuesday|monday|friday|last)\b.{0,20}(?:edit|change|update"
        r"|release|deploy\w*|week)"
        r"|\bovernight\b|\blast (?:week|month|night)\b",
        r"\b(?:dropped|fell|doubled|tripled|rose|began|started|degraded|regressed|broke)\b",
    ),
    # service
    _cue(
        Mode.API_LATENCY,
        "it fails or is slow",
        r"\b(?:429|5xx|500|502|503|504|529)s?\b",
        r"\b(?:outages?|overload\w*|exceptions?|downtime|unavailable|rate.?limit\w*|throttl\w+"
        r"|time[ds]?.?outs?)\b",
        r"\b(?:model|provider|api|service|vendor|server|calls?|requests?|connections?|endpoint"
        r"|upstream|backend)\b.{0,25}"
        r"\b(?:fail\w*|error\w*|stall\w*|break\w*|refuse\w*|reject\w*)\b|\bon (?:an? )?(?:error"
        r"|exception|failure)\b|\berrors? (?:of|from|by)\b",
        r"\b(?:latency|latencies|slow\w*|sluggish|hang(?:s|ing)?|hung|stuck|spikes?|delays?|p9[59])\b",
        r"\b(?:is|was|goes|went) down\b|\bconnections?\b.{0,15}\b(?:drop|reset|close|break|die)\w*"
        r"|\bgives? up\b",
    ),
    _cue(
        Mode.API_LATENCY,
        "and nobody hears of it",
        r"\b(?:silent\w*|swallow\w*|skip\w*|blank|unnoticed|nobody (?:notic|saw|knew|heard|was)\w*"
        r"|no (?:alarm|alert|error|log)\w*|debug)\b",
        r"\breturns? (?:\[\]|\{\}|''|\"\"|none|null|nothing|false)|\b(?:and )?then nothing\b"
        r"|\b(?:logs?|status|dashboard) says? (?:success|ok|green)"
        r"|\bhealth checks?\b|\bmark\w* .{0,20}\b(?:done|complete|success)",
        r"\b(?:empty|none|null|default|missing|placeholder|zero|stale|cached|last known|yesterday's"
        r"|old)\b.{0,25}"
        r"\b(?:answers?|repl(?:y|ies|ied)|lists?|objects?|strings?|results?|cards?|values?|data"
        r"|prices?|responses?|pages?)",
        r"\b(?:says?|said|answers?|reports?|tells?|told|shows?)\b.{0,20}(?:\bno (?:records|results"
        r"|orders|data|slots|matches)|nothing|yesterday|\bdo(?:es)? not exist)",
        r"\b(?:go(?:es)?|went|carr(?:y|ies|ied)|mov(?:es?|ed)|keeps?) (?:right )?on\b|\bproceeds?\b"
        r"|\bcontinu(?:es?|ed)\b|\bas if\b|\bas though\b",
        r"\bmisses\b.{0,30}\b(?:accounts?|records?|rows?|customers?|items?|entries)",
    ),
    _cue(
        Mode.API_LATENCY,
        "nothing limits it",
        r"\b(?:no|without|n't|not|never|none|0)\b.{0,20}\b(?:time.?outs?|deadlines?|retr(?:y|ies)"
        r"|back-?off|circuit.?breakers?|fallback)",
        r"\b(?:time.?outs?|retries|num_retries|max_retries)\b ?(?:=|is|are|:|of)? ?(?:none|0\b|off"
        r"|disabled|unset|not|infinite)",
        r"\b(?:ten|\d+)[ -]?(?:minutes?|seconds?|s)\b.{0,20}\b(?:default|limit|time.?out|kill)",
        r"\bwithout (?:a |any )?limit\b|\bno (?:deadline|limit)\b|\binfinite\b|\bfor ?ever\b"
        r"|\b\d+ s(?:econds?)? limit\b|\b(?:two|three|four|five|ten|\d+) minutes\b|\b(?:all"
        r"|every) .{0,20}"
        r"(?:connections?|workers?|threads?|slots?) (?:are|is) (?:taken|busy|blocked|used)",
        r"\bdefault (?:time.?out|retries|settings)|\bpil(?:e|es|ing) up\b|\bqueue (?:is|gets|fills"
        r"|grows)",
    ),
    # race
    _cue(
        Mode.RACE_CONDITION,
        "several at once",
        r"\b(?:parallel|concurren\w+|simultaneous\w*|at once|at the same time|in one turn|fan-?out"
        r"|fan out|gather|thread ?pool\w*|coroutines?|"
        r"asynchronous\w*|promise\.all\w*|same turn|spawns?|maps? over|send api)\b",
        r"\b(?:two|both|three|four|five|several|multiple|many|\d+) (?:\w+ )?(?:replicas?|workers?"
        r"|tabs?|agents?|sub-?agents?|threads?|processes|"
        r"instances|consumers|pods|schedulers?|runs|requests|nodes|tools|branches|calls)\b",
        r"\bsub-?agents?\b.{0,30}\bwrite|\breplicas?\b|\bboth (?:set|write|update|change|save"
        r"|append|edit|modify)\w*|\bbackground\b"
        r"|\bglobal (?:variable|state|dict\w*)|\bselect followed by update",
    ),
    _cue(
        Mode.RACE_CONDITION,
        "on the same thing",
        r"\b(?:same|shared?|one|common|single|global)\b.{0,20}\b(?:job|record|file|session|dict\w*"
        r"|state|thread|row|memory|key|document|cart|"
        r"account|customer|object|list|order|database|db|variable|cache|conversation)\b",
        r"\bwrit\w+\b.{0,40}\b(?:\w+\.(?:json|csv|txt|md|db)|to (?:the|a) (?:file|table|record"
        r"|database))",
        r"\bin memory\b|\bboth (?:set|write|update|change|save|append)\w*|\b(?:reads?"
        r"|loads?)\b.{0,60}\b(?:saves?|writes?|write it)\b"
        r"|\bglobal (?:variable|state|dict\w*)|\bfollowed by (?:an )?update\b|\bwrites? \w+\.\w+"
        r"|\bwithout (?:a )?(?:lock\w*|reducer|transaction)|\bstate[.\[]",
    ),
    _cue(
        Mode.RACE_CONDITION,
        "an order that is lost",
        r"\b(?:as_completed|arrival|arrives?|as they (?:come|finish|complete)|when (?:each"
        r"|it) (?:finish|return|complete)\w*|whichever|first to|last to|order of)\b",
        r"\battribut\w*|\bmix(?:es|ed)? up\b|\bbelongs? to\b|\bbefore the\b.{0,30}\b(?:exists?|was"
        r"|is|had)|\bswapped\b",
    ),
    _cue(
        Mode.RACE_CONDITION,
        "twice, or not at all",
        r"\b(?:twice|duplicat\w+|double[ds]?|two (?:invoices|emails|e-mails|orders|refunds|charges"
        r"|bookings|messages|tickets))\b",
        r"\b(?:lost|overwritten|clobber\w*|vanish\w*|disappear\w*|stale|inconsistent|corrupt\w*)\b",
        r"\bback in time\b|\boversell|\boversold|\bswap\w*|\banother (?:customer|user|person"
        r"|tenant)|\bflips?\b|\brandom (?:subset|order)|\bmissing from\b|\bjumps?\b|\balthough\b"
        r"|\bwhich .{0,20}\bfirst\b",
        r"\bonly (?:\w+) (?:of|out of) (?:\w+)\b|\bother (?:tab|user|session|customer)|\bsold out\b"
        r"|\bwrong (?:user|session|customer|thread)",
    ),
)
