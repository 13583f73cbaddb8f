"""A file mended as `agentprobe scan --fix --unsafe-fixes` mends it, with what must always hold."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest

from agentprobe.scan.engine import Scanned, Session
from agentprobe.scan.finding import Finding
from agentprobe.scan.fixing import fixes
from agentprobe.scan.rule import RULES

Mend = Callable[..., str]


@pytest.fixture
def mended(tmp_path: Path) -> Mend:
    """The text of `agent.py` after the fixes of some rules: `mended(code, "mcp-no-deadline")`.

    What was mended is not found again, all rules find nothing that was not there, and a second run changes
    nothing. Other files of the project are given by `beside`; `of` names the file that is mended.
    """

    def go(
        code: str,
        *rules: str,
        beside: dict[str, str] | None = None,
        of: str = "agent.py",
        unsafe: bool = True,
    ) -> str:
        for name, text in {**(beside or {}), of: code}.items():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_bytes(dedent(text).encode())
        chosen = {RULES.get(name.replace("-", "_")).code for name in rules}
        session = Session(root=tmp_path, rules=[rule() for rule in RULES])
        first = _of(session.scan(), chosen)
        assert first, "nothing is found that could be mended"
        done = fixes(session, first, (), unsafe=unsafe, telling=lambda now: _of(now, chosen))
        assert not done.refused
        session.overlays = dict(done.after)
        left = _of(session.scan(), chosen)
        assert not {one.fingerprint for one in done.mended} & {one.fingerprint for one in left}
        again = fixes(session, left, (), unsafe=unsafe)
        assert again.after == {}
        return done.after.get(of, dedent(code).encode()).decode()

    return go


def _of(scanned: Scanned, codes: set[str]) -> list[Finding]:
    return [one for one in scanned.findings if one.code in codes]
