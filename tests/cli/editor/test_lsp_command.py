"""`agentprobe lsp` says what it needs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def test_without_its_extra_it_names_the_extra(tmp_path: Path) -> None:
    for name in ("pygls", "lsprotocol"):
        (tmp_path / f"{name}.py").write_text(f"raise ModuleNotFoundError('no {name}', name='{name}')\n")
    way = f"import sys; sys.path.insert(0, {str(tmp_path)!r})"
    code = f"{way}; from agentprobe.cli.main import main; sys.exit(main())"
    told = subprocess.run([sys.executable, "-c", code, "lsp"], capture_output=True, text=True, check=False)
    assert told.returncode == 2
    assert told.stderr.strip().endswith("needs an extra: pip install 'agentprobe-prod[lsp]'")


def test_its_help_says_that_nothing_listens() -> None:
    told = subprocess.run(
        [sys.executable, "-m", "agentprobe.cli", "lsp", "--help"], capture_output=True, text=True, check=True
    )
    assert "nothing listens on the network" in " ".join(told.stdout.split())
