"""The same prompt in two places, of which one was edited."""

from __future__ import annotations

from collections.abc import Callable

from agentprobe.scan.finding import Finding
from agentprobe.scan.severity import Persona, Tier

Scan = Callable[..., list[Finding]]
TEXT = (
    "You are the desk of a shop that sells lamps. Answer questions about orders. Look an order up before "
    "you speak of it. Never promise a day of delivery. Refunds of up to 50 euros are yours to grant; for "
    "more, ask a person. Answer in two sentences."
)


def code(text: str, name: str = "SYSTEM_PROMPT") -> str:
    return f"{name} = {text!r}\n"


def test_a_copy_that_was_edited_is_found(found: Scan) -> None:
    files = {"desk/agent.py": code(TEXT), "desk/fallback.py": code(TEXT.replace("50", "90"))}
    (finding,) = found(files, "prompt-forked")
    assert (finding.place.path, finding.related[0].path) == ("desk/fallback.py", "desk/agent.py")
    assert (finding.tier, finding.persona) == (Tier.INFERRED, Persona.REGULAR)
    assert "'50' and '90'" in finding.message


def test_equal_copies_and_different_prompts_are_not(found: Scan) -> None:
    other = "You translate letters. " + " ".join(f"Rule {n} says what word {n} is." for n in range(12))
    files = {"a.py": code(TEXT), "b.py": code(TEXT), "c.py": code(other)}
    assert not found(files, "prompt-forked")


def test_variants_by_name_are_only_hinted_at(found: Scan) -> None:
    files = {"prompts/a.py": code(TEXT), "prompts/legacy/a.py": code(TEXT.replace("50", "90"))}
    assert [one.tier for one in found(files, "prompt-forked")] == [Tier.HINT]


def test_two_prompts_of_one_file_are_only_hinted_at(found: Scan) -> None:
    both = code(TEXT, "SYSTEM_PROMPT_SHORT") + code(TEXT.replace("50", "90"), "SYSTEM_PROMPT_KIND")
    assert [one.tier for one in found(both, "prompt-forked")] == [Tier.HINT]


def test_attributes_of_different_classes_are_only_hinted_at(found: Scan) -> None:
    def held(by: str, text: str) -> str:
        return f"class {by}:\n    main_system = {text!r}\n"

    files = {"desk/agent.py": held("Writer", TEXT), "desk/other.py": held("Editor", TEXT.replace("50", "90"))}
    assert [one.tier for one in found(files, "prompt-forked")] == [Tier.HINT]


def test_short_texts_and_data_are_not(found: Scan) -> None:
    short = "You are the desk. Be brief, and kind."
    assert not found({"a.py": code(short), "b.py": code(short.replace("brief", "quick"))}, "prompt-forked")
    files = {"data/a.py": code(TEXT), "data/b.py": code(TEXT.replace("50", "90"))}
    assert not found(files, "prompt-forked")
