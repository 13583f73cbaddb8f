"""A baseline knows findings until their day; one more of a kind is new."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from agentprobe.errors import ConfigError
from agentprobe.scan.baseline import Baseline
from agentprobe.scan.finding import Finding, Place
from agentprobe.scan.severity import Severity, Tier

TODAY = "2026-11-28"


def _finding(line: int = 1, message: str = "wrong") -> Finding:
    return Finding(
        rule="some-rule",
        code="ERR001",
        message=message,
        place=Place(path="a.py", line=line),
        severity=Severity.HIGH,
        tier=Tier.PROVED,
    )


def test_what_is_written_is_known_also_after_lines_move(tmp_path: Path) -> None:
    Baseline().renewed([_finding()], TODAY).write(tmp_path / "b.json")
    compared = Baseline.read(tmp_path / "b.json").compared([_finding(line=40)], TODAY)
    assert compared.new == ()
    assert compared.gone == ()


def test_one_more_of_a_kind_is_new() -> None:
    baseline = Baseline().renewed([_finding()], TODAY)
    assert baseline.compared([_finding(), _finding(line=9)], TODAY).new == (_finding(line=9),)


def test_an_entry_that_has_run_out_counts_again() -> None:
    baseline = Baseline().renewed([_finding()], TODAY)
    entry = msgspec.structs.replace(baseline.entries[0], expires="2026-11-27", owner="Ann")
    compared = Baseline((entry,)).compared([_finding()], TODAY)
    assert compared.new == (_finding(),)
    assert compared.expired == (entry,)


def test_renewing_keeps_owner_and_reason() -> None:
    entry = msgspec.structs.replace(
        Baseline().renewed([_finding()], TODAY).entries[0], owner="Ann", reason="later", expires="2027-01-01"
    )
    assert Baseline((entry,)).renewed([_finding()], TODAY).entries == (entry,)


def test_what_is_mended_is_gone() -> None:
    baseline = Baseline().renewed([_finding()], TODAY)
    assert baseline.compared([], TODAY).gone == baseline.entries


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "no baseline"),
        ('{"format": 9}', "format 9"),
        ('{"findigs": []}', "findings"),
        (
            '{"findings": [{"fingerprint":"a","code":"b","path":"c","message":"d","expires":"soon"}]}',
            "soon",
        ),
    ],
)
def test_a_wrong_baseline_is_refused(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "b.json").write_text(text)
    with pytest.raises(ConfigError, match=said):
        Baseline.read(tmp_path / "b.json")
