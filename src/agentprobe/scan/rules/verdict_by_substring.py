"""A decision hangs on whether a word stands somewhere in what a model wrote."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable

from agentprobe.domain.sign import Sign
from agentprobe.scan.finding import Finding, Probe
from agentprobe.scan.flows import calls_of
from agentprobe.scan.hearing import Heard, Hearing, hearing
from agentprobe.scan.hearing_across import hearing_in, that_hear
from agentprobe.scan.model_text import Said
from agentprobe.scan.module import Module
from agentprobe.scan.project import Project
from agentprobe.scan.purpose import is_test
from agentprobe.scan.rule import Rule
from agentprobe.scan.scripts.parsing import verdicts
from agentprobe.scan.scripts.script import Script
from agentprobe.scan.severity import Item, Mode, Severity, Tier
from agentprobe.scan.values import literal

_VERDICT = re.compile(
    r"^(?:yes|no|true|false|pass(?:ed)?|fail(?:ed|ure)?|approved?|reject(?:ed)?|valid|invalid|correct|incorrect|ok|okay|"
    r"success(?:ful)?|error|safe|unsafe|accept(?:ed)?|den(?:y|ied)|good|bad|complete[d]?|done|relevant|irrelevant|"
    r"sufficient|insufficient|positive|negative|confirmed|verified|lgtm|agree|disagree|match)[.!]?$",
    re.IGNORECASE,
)
_WORDS = re.compile(r"^[A-Za-z][A-Za-z _-]{0,40}[.!]?$")
_ENDS = ("startswith", "endswith", "find", "count", "index")


class VerdictBySubstring(Rule):
    """Whether a check passed is read off a model's answer by looking for a word in it.

    Finds: `"yes" in answer`, `answer.lower().startswith("approved")`, `re.search("PASS", answer)` and the
    like in a condition, where the text comes from a model, also through the project's own functions; and the
    branches of LangChain's `RunnableBranch` that look for a word in what comes before them.

    Breaks: "not approved", "I cannot say yes" and "no errors, but…" all hold the word. The share of wrong
    verdicts changes with each version of the model, and the gate that it feeds is a coin with a bias.

    Example:

        from openai import OpenAI

        client = OpenAI()

        def is_good(text):
            reply = client.responses.create(model="gpt-5", input=f"Is this correct? {text}")
            return "yes" in reply.output_text.lower()

    Instead:

        from openai import OpenAI
        from pydantic import BaseModel

        client = OpenAI()

        class Verdict(BaseModel):
            correct: bool

        def is_good(text):
            asked = f"Is this correct? {text}"
            reply = client.responses.parse(model="gpt-5", input=asked, text_format=Verdict)
            return reply.output_parsed.correct

    False alarms: keys of dictionaries, bodies of HTTP answers and logs; marks by which a text is cut up
    (three backticks, tags); a whole answer that is compared with one word.
    """

    code = "SYS002"
    severity = Severity.HIGH
    mode = Mode.NO_SYSTEM
    item = Item.VERIFICATION
    probe = Probe(
        faults=("refused_answer", "cut_answer"),
        expects="takes an answer that only holds the word for a verdict",
        shows=(Sign.MISACTED, Sign.LIED, Sign.STRAYED),
    )

    def in_script(self, script: Script) -> Iterable[Finding]:
        for one in verdicts(script) if not is_test(script.path) else ():
            yield self.found(
                script.place(one.call),
                f'a decision hangs on "{one.word.strip()}" standing somewhere in the model\'s answer',
                tier=Tier.PROVED if one.heard.sure else Tier.INFERRED,
                severity=None if one.strong else Severity.MEDIUM,
                subject=script.name_of(script.function(one.call)),
                consequence=f'"not {one.word.strip()}" counts too, and how often changes with each model',
                advice="ask for a typed answer (an enum, a boolean) and let a schema check it",
                related=(script.place(one.heard.asked.node),),
            )

    def in_module(self, module: Module) -> Iterable[Finding]:
        if is_test(module.path):
            return
        for node, text, word in _tests(module):
            heard = hearing(module, given=True).held(text, Said.TEXT)
            if heard is not None:
                yield self._told(module, node, word, heard)
        yield from self._branches(module)

    def _branches(self, module: Module) -> Iterable[Finding]:
        """`RunnableBranch((lambda answer: "positive" in answer, …))`, after a chain that gives a text."""
        for call in calls_of(module, "RunnableBranch"):
            if not module.qualified(call.func).startswith("langchain"):
                continue
            for one in (
                part for given in call.args for part in ast.walk(given) if isinstance(part, ast.Lambda)
            ):
                word = _asked_of(module, one)
                if word:
                    yield self.found(
                        module.place(one),
                        f'the branch is taken by "{word}" standing somewhere in the model\'s answer',
                        tier=Tier.INFERRED,
                        severity=Severity.MEDIUM,
                        subject=word,
                        consequence=f'"not {word}" counts too, and how often that is changes with the model',
                        advice="ask for a typed answer (an enum), and branch on its value",
                    )

    def in_project(self, project: Project) -> Iterable[Finding]:
        for path in that_hear(project, given=True):
            listening = hearing_in(project, path, given=True) if not is_test(path) else None
            if listening is not None:
                yield from self._from_elsewhere(listening)

    def _from_elsewhere(self, listening: Hearing) -> Iterable[Finding]:
        for node, text, word in _tests(listening.module):
            heard = listening.held(text, Said.TEXT)
            if heard is not None and heard.elsewhere:
                yield self._told(listening.module, node, word, heard)

    def _told(self, module: Module, node: ast.expr, word: str, heard: Heard) -> Finding:
        function = module.function(node)
        verdict = _VERDICT.match(word.strip()) is not None
        through = f" of {heard.through.rpartition('.')[2]}()" if heard.through else ""
        return self.found(
            module.place(node),
            f'a decision hangs on "{word.strip()}" standing somewhere in the model\'s answer{through}',
            tier=Tier.PROVED if heard.sure and not heard.through else Tier.INFERRED,
            severity=None if verdict else Severity.MEDIUM,
            subject=module.qualname(function) if function is not None else "",
            consequence=f'"not {word.strip()}" counts too; how often that happens changes with each model',
            advice="ask for a typed answer (an enum, a bool) and let the SDK check it",
            related=(module.place(heard.call),),
        )


def _asked_of(module: Module, node: ast.Lambda) -> str:
    """The word that a condition looks for in the text it is given; "" where it looks for a key."""
    test, given = node.body, [one.arg for one in node.args.args]
    if not isinstance(test, ast.Compare) or len(given) != 1 or not isinstance(test.ops[0], ast.In):
        return ""
    word, text = literal(module, test.left), test.comparators[0]
    inner = text.func.value if isinstance(text, ast.Call) and isinstance(text.func, ast.Attribute) else text
    plain = isinstance(inner, ast.Name) and inner.id == given[0]
    if plain and inner is text and "StrOutputParser" not in module.imports:
        return ""  # a key of a table, as far as anybody can see
    if not plain and not isinstance(inner, ast.Subscript):
        return ""
    return word if isinstance(word, str) and _WORDS.match(word.strip()) else ""


def _tests(module: Module) -> Iterable[tuple[ast.expr, ast.expr, str]]:
    """Looks for a word in something: (the test, what is looked in, the word)."""
    for node in module.of(ast.Compare):
        if isinstance(node.ops[0], ast.In | ast.NotIn) and len(node.ops) == 1:
            word = literal(module, node.left)
            text = node.comparators[0]
            asks = isinstance(word, str) and _WORDS.match(word.strip()) and _decides(module, node)
            if asks and not _is_table(module, text):
                yield node, text, word
    for call in calls_of(module, *_ENDS, "search", "match"):
        found = _searched(module, call)
        if found is not None and _decides(module, call):
            yield call, *found


def _is_table(module: Module, node: ast.expr) -> bool:
    """Is a name used as a dictionary in the same function, so that `in` asks for a key?"""
    if not isinstance(node, ast.Name):
        return False
    function = module.function(node)
    for one in ast.walk(function if function is not None else module.tree):
        inner = one.value if isinstance(one, ast.Subscript | ast.Attribute) else None
        if not isinstance(inner, ast.Name) or inner.id != node.id:
            continue
        if isinstance(one, ast.Subscript) and isinstance(literal(module, one.slice), str):
            return True
        if isinstance(one, ast.Attribute) and one.attr in ("get", "items", "keys", "setdefault"):
            return True
    return False


def _searched(module: Module, call: ast.Call) -> tuple[ast.expr, str] | None:
    func = call.func
    if not call.args or not isinstance(func, ast.Attribute):
        return None
    word = literal(module, call.args[0])
    if isinstance(word, list) and word and func.attr in _ENDS[:2]:
        word = word[0]
    if not isinstance(word, str):
        return None
    if func.attr in _ENDS and _VERDICT.match(word.strip()):
        return func.value, word
    if module.qualified(func) in ("re.search", "re.match") and len(call.args) > 1:
        plain = word.replace("\\b", "").strip("^$")
        return (call.args[1], plain) if _WORDS.match(plain) else None
    return None


def _decides(module: Module, node: ast.expr) -> bool:
    """Does a test decide what is done, rather than how a text is cut?"""
    inner: ast.AST = node
    for above in module.ancestors(node):
        if isinstance(above, ast.If | ast.While | ast.IfExp):
            return inner is above.test
        if isinstance(above, ast.Return | ast.Assign | ast.Assert | ast.keyword | ast.Dict | ast.AnnAssign):
            return True
        if isinstance(above, ast.Call) and not isinstance(inner, ast.keyword):
            return module.qualified(above.func) in ("bool", "any", "all", "int")
        inner = above
    return False
