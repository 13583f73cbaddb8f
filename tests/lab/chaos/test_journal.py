"""What was shot is on disk at once, and a damaged journal loses nothing but its last line."""

from __future__ import annotations

from pathlib import Path

import pytest

from agentprobe.domain.evidence import Regime, Run
from agentprobe.domain.reaction import Reaction
from agentprobe.errors import AgentProbeError
from agentprobe.lab.chaos.journal import Journal
from agentprobe.lab.chaos.shot import Shown


def shown(key: str, reaction: Reaction = Reaction.LIED) -> Shown:
    run = Run(agent="a", task="t", regime=Regime(schedule="hang@model"), repetition=0, seed=0, key=key)
    return Shown(run=run, reaction=reaction, fired=("hang@model",), effects=(("pay", 2),))


def test_what_was_written_is_found_again(tmp_path: Path) -> None:
    path = tmp_path / "shots.jsonl"
    with Journal(path) as journal:
        journal.add(shown("k1"))
    with Journal(path) as journal:
        assert journal.find("k1") == shown("k1")
        assert journal.find("k2") is None


def test_a_run_that_could_not_be_judged_is_run_again(tmp_path: Path) -> None:
    with Journal(tmp_path / "shots.jsonl") as journal:
        journal.add(shown("k1", Reaction.UNJUDGED))
        assert journal.find("k1") is None


def test_a_line_that_a_kill_has_cut_off_is_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "shots.jsonl"
    with Journal(path) as journal:
        journal.add(shown("k1"))
        journal.add(shown("k2"))
    path.write_bytes(path.read_bytes()[:-20])
    with Journal(path) as journal:
        assert journal.find("k1") is not None
        assert journal.find("k2") is None
        journal.add(shown("k3"))
    with Journal(path) as journal:
        assert journal.find("k3") is not None


@pytest.mark.parametrize("text", ["not json\n", '{"agentprobe":"evidence","version":1}\n', "{}\n"])
def test_another_file_is_refused_with_what_to_do(tmp_path: Path, text: str) -> None:
    path = tmp_path / "shots.jsonl"
    path.write_text(text)
    with pytest.raises(AgentProbeError, match=r"line 1: this is no journal.*--fresh begins a new one"):
        Journal(path)
