"""The pytest plugin: a test with the mark `agentprobe` runs in a session of its own.

@pytest.mark.agentprobe(replay="recordings/refund.jsonl")
def test_the_agent_refunds_once(): ...
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from agentprobe.adapters.active import Active
    from agentprobe.trace.view import Trace

MARK = "agentprobe"
NEVER, MISSING, ALL = "never", "missing", "all"
_SESSION = pytest.StashKey[Any]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Say when recordings are made."""
    parser.getgroup(MARK).addoption(
        "--agentprobe-record",
        choices=(NEVER, MISSING, ALL),
        default=NEVER,
        help="make the recordings that tests replay: never, those that are missing, or all of them anew",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Tell pytest of the mark."""
    config.addinivalue_line(
        "markers",
        f"{MARK}(replay, near, lenient, fault, model, seed, virtual): "
        "run the test in a session of agentprobe; see its guide",
    )


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Any:
    """Run a marked test in its session."""
    mark = item.get_closest_marker(MARK)
    if mark is None:
        return (yield)
    with _session(item, mark) as active:
        item.stash[_SESSION] = active
        result = yield
    return result


@pytest.fixture
def agentprobe_session(request: pytest.FixtureRequest) -> Callable[[], Active]:
    """The session of a marked test, once the test runs."""

    def session() -> Active:
        found: Active | None = request.node.stash.get(_SESSION, None)
        if found is None:
            raise pytest.UsageError("this test has no session; give it @pytest.mark.agentprobe(...)")
        return found

    return session


@pytest.fixture
def agentprobe_trace(agentprobe_session: Callable[[], Active]) -> Callable[[], Trace]:
    """What was recorded in a marked test so far."""

    def trace() -> Trace:
        from agentprobe.trace.read import read_trace

        path = agentprobe_session().orders.trace
        assert path is not None
        return read_trace(path)

    return trace


@contextmanager
def _session(item: pytest.Item, mark: pytest.Mark) -> Iterator[Active]:
    """The test's session around it; what it missed fails the test even where the agent swallowed it."""
    from agentprobe.adapters import http_hook, virtual_sleep
    from agentprobe.basis.files import write_whole
    from agentprobe.errors import AgentProbeError
    from agentprobe.testing.asked import Asked

    folder = item.path.parent
    with tempfile.TemporaryDirectory(prefix="agentprobe-") as own:
        trace = Path(own) / "trace.jsonl"
        try:
            asked = Asked.of(mark.kwargs, mark.args)
            recording = asked.recording(folder)
            recorded_now = recording is not None and _records(item, recording)
            orders = asked.orders(item.name, trace, None if recorded_now else recording)
            active = orders.open(asked.answer(folder))
        except AgentProbeError as error:
            pytest.fail(str(error), pytrace=False)
        http_hook.install()
        if orders.virtual:
            virtual_sleep.install()
        with active:
            yield active
        if recorded_now and recording is not None:
            write_whole(recording, trace.read_bytes())
        else:
            _fail_for_misses(trace)


def _records(item: pytest.Item, recording: Path) -> bool:
    """Is the recording to be made now? Fails the test where there is none and none is to be made."""
    when = item.config.getoption("--agentprobe-record")
    if when == ALL or (when == MISSING and not recording.exists()):
        return True
    if not recording.exists():
        how = f"make it with: pytest --agentprobe-record={MISSING}"
        pytest.fail(f"there is no recording {recording}; {how}", pytrace=False)
    return False


def _fail_for_misses(trace: Path) -> None:
    from agentprobe.trace.read import read_trace
    from agentprobe.trace.replay.room import MISSED

    missed = [call for call in read_trace(trace).calls if MISSED in call.marks]
    if missed:
        told = "\n".join(f"- {call.error}" for call in missed)
        pytest.fail(f"calls that were never recorded:\n{told}", pytrace=False)
