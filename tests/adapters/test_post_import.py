"""Libraries are hooked when they are imported, however late, and never imported for it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from agentprobe.adapters.post_import import WhenImported


def ran(program: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_installing_the_hook_imports_no_library() -> None:
    program = "from agentprobe.adapters import http_hook; import sys; http_hook.install();"
    assert ran(program + "print([m for m in ('httpx', 'httpx2') if m in sys.modules])") == "[]"


def test_a_library_that_is_imported_later_is_hooked_then() -> None:
    program = """
from agentprobe.adapters import http_hook
http_hook.install()
import httpx2, httpx, inspect
print(httpx2.Client.send.__code__.co_name, httpx.AsyncClient.send.__code__.co_name)
print(type(httpx2.__loader__).__name__, "import" in inspect.getsource(httpx2))
"""
    assert ran(program) == "hooked hooked\nSourceFileLoader True"


def test_the_older_name_may_stand_for_the_newer_library() -> None:
    program = """
import httpx2
httpx2.alias_httpx()
from agentprobe.adapters import http_hook
http_hook.install()
import httpx
assert httpx is httpx2
http_hook.uninstall()
print(httpx2.Client.send.__code__.co_name)
"""
    assert ran(program) == "send"


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    (tmp_path / "probe_me_later.py").write_text("VALUE = 1\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "probe_me_later", raising=False)
    return "probe_me_later"


def test_one_that_is_there_already_is_met_at_once_and_one_that_fails_is_not_met(
    module: str, tmp_path: Path
) -> None:
    met: list[ModuleType] = []
    watch = WhenImported((module, "json", "no_such_module_anywhere"), met.append)
    watch.start()
    try:
        assert [m.__name__ for m in met] == ["json"]
        (tmp_path / "probe_me_later.py").write_text("raise RuntimeError('broken')\n")
        with pytest.raises(RuntimeError, match="broken"):
            __import__(module)
        with pytest.raises(ModuleNotFoundError):
            __import__("no_such_module_anywhere")
        assert [m.__name__ for m in met] == ["json"]
    finally:
        watch.stop()
    assert not watch.watching


def test_after_it_was_stopped_nothing_is_met(module: str) -> None:
    met: list[ModuleType] = []
    watch = WhenImported((module,), met.append)
    watch.start()
    watch.stop()
    assert __import__(module).VALUE == 1
    assert met == []
    sys.modules.pop(module)
