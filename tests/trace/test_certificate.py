"""The certificate of completeness: what it says of a run, and what it never claims."""

from __future__ import annotations

from agentprobe.trace.certificate import Certificate, certificate
from agentprobe.trace.records import Connection, CoverageRecord, Way

PYTHON = Way(name="python")


def said(by: str, *connections: Connection, ways: tuple[Way, ...] = (), process: str = "") -> CoverageRecord:
    return CoverageRecord(order=1, by=by, at=0.0, process=process, ways=ways, connections=connections)


def gateway(*, sees: bool = True) -> CoverageRecord:
    upstream = Connection(host="llm.example", port=8443, times=0, seen_by="gateway", purpose="model")
    outside = Way(name="outside", attached=sees, why="" if sees else "only Linux shows that")
    return said("gateway", upstream, ways=(Way(name="gateway"), outside))


def hooked(*connections: Connection, ways: tuple[Way, ...] = (PYTHON,)) -> CoverageRecord:
    return said("watch:7", *connections, ways=ways, process="python agent.py")


def to(host: str, seen_by: str = "", *, port: int = 443, address: str = "", purpose: str = "") -> Connection:
    return Connection(host=host, port=port, seen_by=seen_by, address=address, purpose=purpose)


def verdict(found: Certificate) -> str:
    return found.sentences[0]


def test_a_trace_that_says_nothing_is_not_certified() -> None:
    found = certificate(())
    assert not found.complete
    assert "not certified" in verdict(found)


def test_a_run_in_which_nobody_reported_and_nobody_looked_is_not_certified() -> None:
    found = certificate([gateway(sees=False)])
    assert not found.complete
    assert "not certified" in verdict(found)
    assert "only Linux shows that" in " ".join(found.sentences)


def test_a_hooked_process_whose_calls_were_all_seen_is_complete() -> None:
    found = certificate(
        [
            gateway(),
            hooked(
                to("127.0.0.1", "gateway", port=4000, address="127.0.0.1"),
                to("api.openai.com", "httpx2"),
                to("api.openai.com", "httpx2", address="1.2.3.4"),
            ),
        ]
    )
    assert found.complete
    assert found.escaped == ()
    assert verdict(found) == "complete: nothing went to a model past gateway"


def test_a_recording_that_broke_off_is_not_complete() -> None:
    found = certificate([gateway(), hooked(to("api.openai.com", "httpx2"))], ended=False)
    assert not found.complete
    assert verdict(found).endswith("up to where the recording ends")


def test_a_connection_to_a_provider_that_no_way_saw_is_named() -> None:
    found = certificate([gateway(), hooked(to("api.openai.com", address="1.2.3.4"))])
    assert not found.complete
    (escape,) = found.escaped
    assert (escape.host, escape.port, escape.purpose) == ("api.openai.com", 443, "model")
    assert "NOT COMPLETE: python agent.py (process 7) turned to api.openai.com:443" in verdict(found)


def test_what_stands_behind_the_gateway_is_a_model_whatever_its_name() -> None:
    assert not certificate([gateway(), hooked(to("llm.example", port=8443))]).complete
    assert certificate([gateway(), hooked(to("llm.example", port=443))]).complete


def test_a_host_that_one_process_asked_as_a_model_is_one_for_the_others() -> None:
    child = said(
        "watch:8", to("10.0.0.1", port=80, address="10.0.0.1"), ways=(PYTHON,), process="python b.py"
    )
    found = certificate([gateway(), hooked(to("10.0.0.1", "httpx2", port=80)), child])
    assert [one.process for one in found.escaped] == ["python b.py (process 8)"]


def test_a_bare_address_that_nobody_knows_counts_as_an_escape() -> None:
    found = certificate(
        [gateway(), said("outside:9", to("104.18.6.1", address="104.18.6.1"), process="node a.js")]
    )
    assert not found.complete
    assert "nobody knows whose that is" in verdict(found)


def test_what_a_process_said_itself_is_not_held_against_it_from_outside() -> None:
    inside = hooked(to("api.openai.com", "httpx2"), to("api.openai.com", "httpx2", address="1.2.3.4"))
    outside = said("outside:7", to("1.2.3.4", address="1.2.3.4"), ways=(Way(name="python", attached=False),))
    assert certificate([gateway(), outside, inside]).complete


def test_a_process_without_a_hook_is_only_seen_as_far_as_was_looked() -> None:
    """A Node agent behind the gateway may well be complete; a look every now and then cannot prove it."""
    node = said("outside:9", process="node agent.js")
    found = certificate([gateway(), node])
    assert not found.complete
    assert found.escaped == ()
    assert "as far as was looked" in verdict(found)
    assert "by samples" in found.sentences[1]


def test_a_python_without_a_hook_is_said_with_the_reason() -> None:
    way = Way(name="python", attached=False, why="Python was started with -I")
    found = certificate([gateway(), said("outside:9", ways=(way,), process="python -c")])
    assert "python -c (process 9) has no hook: Python was started with -I" in found.sentences[1]


def test_an_interpreter_that_reported_that_it_cannot_be_hooked_is_no_hooked_one() -> None:
    way = Way(name="python", attached=False, why="the agent's Python is cpython-39")
    found = certificate([gateway(), hooked(ways=(way,))])
    assert not found.complete
    assert "cpython-39" in " ".join(found.sentences)


def test_what_is_harmless_is_listed_and_breaks_nothing() -> None:
    found = certificate(
        [
            gateway(),
            hooked(
                to("telemetry.crewai.com", port=4319),
                to("api.openai.com", purpose="telemetry"),
                to("weather.example"),
                to("127.0.0.1", port=5432, address="127.0.0.1"),
            ),
        ]
    )
    assert found.complete
    notes = " ".join(found.sentences[1:])
    for place in ("telemetry.crewai.com:4319", "api.openai.com:443", "weather.example:443", "127.0.0.1:5432"):
        assert place in notes


def test_a_hook_that_could_not_attach_is_said() -> None:
    way = Way(name="aiohttp", attached=False, why="version 9 is none we know")
    found = certificate([gateway(), hooked(ways=(PYTHON, way))])
    assert "the way in by aiohttp did not open: version 9 is none we know" in found.sentences


def test_a_tool_server_over_http_that_nothing_recorded_is_said() -> None:
    """The hook names it before the connection is made, which is then told by its address alone."""
    found = certificate([gateway(), hooked(to("tools.example", purpose="mcp"))])
    assert not found.complete
    assert verdict(found).startswith(
        "NOT COMPLETE: python agent.py (process 7) spoke to a tool server at tools.example:443, which no way"
    )


def test_the_processes_behind_agentprobe_mcp_are_not_the_agents() -> None:
    relay = said("outside:8", to("tools.example"), ways=(Way(name="mcp"),), process="agentprobe mcp")
    before = said("outside:8", ways=(Way(name="python", attached=False),), process="python agent.py")
    found = certificate([gateway(), hooked(), before, relay])
    assert found.complete
    assert found.unhooked == ()
    assert found.passed == ()
