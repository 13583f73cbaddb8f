from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from agentprobe.domain.model import Message, ModelRequest
from agentprobe.errors import ConfigError
from agentprobe.sim.load import load_policy
from agentprobe.sim.policies.echo import Echo

REQUEST = ModelRequest(model="m", messages=(Message(role="user", text="hi"),))
POLICY = """
from agentprobe.sim.policy import say

class Parrot:
    def options(self, request):
        return [say("{word}")]

class Greedy(Parrot):
    def __init__(self, crackers): ...

parrot = Parrot()
number = 3
"""


@pytest.fixture(autouse=True)
def same_imports_afterwards() -> Iterator[None]:
    path, modules = list(sys.path), set(sys.modules)
    yield
    sys.path[:] = path
    for name in set(sys.modules) - modules:
        if name.startswith(("birds", "broken")):
            del sys.modules[name]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "birds.py").write_text(POLICY.replace("{word}", "cracker"))
    (tmp_path / "broken.py").write_text("import no_such_library_anywhere")
    (tmp_path / "broken_syntax.py").write_text("def (")
    (tmp_path / "broken_exit.py").write_text("import sys\nsys.exit(5)")
    (tmp_path / "hello.toml").write_text('[[turns]]\ntext = "hello"')
    return tmp_path


@pytest.mark.parametrize(
    ("text", "answer"),
    [("echo", "hi"), ("hello.toml", "hello"), ("birds:Parrot", "cracker"), ("birds:parrot", "cracker")],
)
def test_a_policy_is_found_by_name_by_script_and_by_object(folder: Path, text: str, answer: str) -> None:
    assert load_policy(text, folder).options(REQUEST)[0].answer.text == answer


def test_two_projects_may_have_modules_of_the_same_name(folder: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    for place, word in ((folder, "cracker"), (other, "seed")):
        (place / "birds_words.py").write_text(f'WORD = "{word}"')
        (place / "birds.py").write_text("from birds_words import WORD" + POLICY.replace('"{word}"', "WORD"))
    first, second = load_policy("birds:parrot", folder), load_policy("birds:parrot", other)
    assert [policy.options(REQUEST)[0].answer.text for policy in (first, second)] == ["cracker", "seed"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("ecco", "unknown policy 'ecco'; did you mean 'echo'?"),
        ("none.toml", "cannot read the script"),
        ("bird:Parrot", "no module 'bird'"),
        ("bird:Parrot", "did you mean 'birds'?"),
        ("birds:Parot", "birds has no 'Parot'; did you mean 'Parrot'?"),
        ("birds:number", "'birds:number' is no policy: it has no method options(request)"),
        ("birds:Greedy", "cannot be made without arguments"),
        ("broken:x", "broken cannot be imported: No module named 'no_such_library_anywhere'"),
        ("broken_syntax:x", "broken_syntax cannot be imported: SyntaxError"),
        ("broken_exit:x", "broken_exit cannot be imported: SystemExit: 5 (broken_exit.py, line 2)"),
    ],
)
def test_what_is_no_policy_is_answered_with_what_to_do(folder: Path, text: str, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load_policy(text, folder)
    assert message in str(caught.value)


def test_a_name_gives_the_catalogue_entry(tmp_path: Path) -> None:
    assert isinstance(load_policy("echo", tmp_path), Echo)
