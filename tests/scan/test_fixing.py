"""Fixes are applied one after the other, must mend what they say, and leave the file as it was otherwise."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest

from agentprobe.errors import AgentProbeError
from agentprobe.scan.engine import Session
from agentprobe.scan.finding import Edit, Finding, Fix
from agentprobe.scan.fixing import edited, fixes, write
from agentprobe.scan.module import Module
from agentprobe.scan.rule import Rule
from agentprobe.scan.severity import Mode, Severity, Tier


class _Named(Rule):
    """Finds names that begin with bad_; mends some of them, and breaks the file at others."""

    code = "XXX002"
    severity = Severity.LOW
    mode = Mode.READINESS
    fixes = "safe"

    def in_module(self, module: Module) -> Iterable[Finding]:
        import ast

        for node in module.of(ast.Name):
            if node.id.startswith("bad_"):
                new = {"bad_syntax": "(", "bad_still": "bad_still"}.get(
                    node.id, node.id.replace("bad_", "good_")
                )
                fix = Fix(what="rename", edits=(module.replaced(node, new),), safe=node.id != "bad_unsafe")
                yield self.found(
                    module.place(node), f"{node.id} is bad", tier=Tier.PROVED, subject=node.id, fix=fix
                )


def _session(root: Path, text: bytes) -> Session:
    (root / "a.py").write_bytes(text)
    return Session(root=root, rules=[_Named()])


def test_fixes_are_applied_and_their_findings_are_gone(tmp_path: Path) -> None:
    session = _session(tmp_path, b"x = bad_one + bad_two\r\ny = bad_one\r\n")
    (tmp_path / "a.py").chmod(0o755)
    fixed = fixes(session, session.scan().findings, (), unsafe=False)
    write(tmp_path, fixed)
    assert (tmp_path / "a.py").read_bytes() == b"x = good_one + good_two\r\ny = good_one\r\n"
    assert (tmp_path / "a.py").stat().st_mode & 0o777 == 0o755
    assert session.scan().findings == ()


def test_fixes_that_do_not_mend_are_taken_back_and_told(tmp_path: Path) -> None:
    session = _session(tmp_path, b"x = bad_syntax\ny = bad_still\nz = bad_one\n")
    fixed = fixes(session, session.scan().findings, (), unsafe=False)
    assert fixed.after == {"a.py": b"x = bad_syntax\ny = bad_still\nz = good_one\n"}
    assert {one.subject for one, _ in fixed.refused} == {"bad_syntax", "bad_still"}
    assert "-z = bad_one\n+z = good_one\n" in fixed.difference()


def test_unsafe_fixes_are_for_those_who_ask(tmp_path: Path) -> None:
    session = _session(tmp_path, b"x = bad_unsafe\n")
    assert fixes(session, session.scan().findings, (), unsafe=False).after == {}
    assert fixes(session, session.scan().findings, (), unsafe=True).after == {"a.py": b"x = good_unsafe\n"}


def test_a_file_that_has_changed_meanwhile_is_left_alone(tmp_path: Path) -> None:
    session = _session(tmp_path, b"x = bad_one\n")
    fixed = fixes(session, session.scan().findings, (), unsafe=False)
    (tmp_path / "a.py").write_bytes(b"x = 2\n")
    with pytest.raises(AgentProbeError, match="changed"):
        write(tmp_path, fixed)
    assert (tmp_path / "a.py").read_bytes() == b"x = 2\n"


def test_new_lines_end_as_the_others_do() -> None:
    assert edited(b"a\r\nb\r\n", [Edit(path="a", start=3, end=3, text="x\n")]) == b"a\r\nx\r\nb\r\n"


def test_equal_findings_of_which_none_can_be_mended_come_to_an_end(tmp_path: Path) -> None:
    session = _session(tmp_path, b"x = bad_still + bad_still\ny = bad_one\nz = bad_still\n")
    fixed = fixes(session, session.scan().findings, (), unsafe=False)
    assert fixed.after == {"a.py": b"x = bad_still + bad_still\ny = good_one\nz = bad_still\n"}
    assert [one.subject for one, _ in fixed.refused] == ["bad_still"]


class _Trades(Rule):
    """Finds names whose fixes turn them into those that another rule finds."""

    code = "XXX003"
    severity = Severity.MEDIUM
    mode = Mode.READINESS
    fixes = "safe"

    def in_module(self, module: Module) -> Iterable[Finding]:
        import ast

        for node in module.of(ast.Name):
            new = {"old_": "worse_", "loud_": "mild_"}.get(node.id, "")
            if new:
                fix = Fix(what="trade", edits=(module.replaced(node, new),), safe=True)
                yield self.found(module.place(node), f"{node.id} is bad", tier=Tier.PROVED, fix=fix)


class _Worse(Rule):
    """Finds what the fixes of the other bring."""

    code = "XXX004"
    severity = Severity.HIGH
    mode = Mode.READINESS

    def in_module(self, module: Module) -> Iterable[Finding]:
        import ast

        for node in module.of(ast.Name):
            level = {"worse_": Severity.HIGH, "mild_": Severity.LOW}.get(node.id)
            if level is not None:
                yield self.found(module.place(node), "is bad", tier=Tier.PROVED, severity=level)


def test_a_fix_that_brings_something_as_bad_is_taken_back_and_something_milder_is_not(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_bytes(b"x = old_\n")
    (tmp_path / "b.py").write_bytes(b"x = loud_\n")
    session = Session(root=tmp_path, rules=[_Trades(), _Worse()])
    fixed = fixes(session, session.scan().findings, (), unsafe=False)
    assert fixed.after == {"b.py": b"x = mild_\n"}
    assert "a new finding" in fixed.refused[0][1]


def test_a_file_that_is_not_in_utf_8_is_left_alone(tmp_path: Path) -> None:
    session = _session(tmp_path, "# coding: latin-1\ns = '\u00e9'; x = bad_one\n".encode("latin-1"))
    fixed = fixes(session, session.scan().findings, (), unsafe=False)
    assert fixed.after == {}
    assert "UTF-8" in fixed.refused[0][1]


def test_the_mark_at_the_beginning_of_a_file_moves_nothing(tmp_path: Path) -> None:
    session = _session(tmp_path, b"\xef\xbb\xbfx = bad_one\n")
    fixed = fixes(session, session.scan().findings, (), unsafe=False)
    assert fixed.after == {"a.py": b"\xef\xbb\xbfx = good_one\n"}


def test_all_that_is_told_of_a_later_scan_is_mended_where_that_is_asked_for(tmp_path: Path) -> None:
    session = _session(tmp_path, b"x = bad_one\ny = bad_two\n")
    now = session.scan().findings
    some = fixes(session, now[:1], (), unsafe=False)
    assert some.after == {"a.py": b"x = good_one\ny = bad_two\n"}
    every = fixes(session, now[:1], (), unsafe=False, telling=lambda later: later.findings)
    assert every.after == {"a.py": b"x = good_one\ny = good_two\n"}
