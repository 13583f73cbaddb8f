"""Schedules are read with the place of every mistake, and written as they were read."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentprobe.chaos.fault import FAULTS, Fault
from agentprobe.chaos.faults.cut_stream import CutStream
from agentprobe.chaos.faults.latency import Latency
from agentprobe.chaos.faults.oversized_result import OversizedResult
from agentprobe.chaos.faults.server_error import ServerError
from agentprobe.chaos.faults.tool_error import ToolError
from agentprobe.chaos.schedule import Schedule
from agentprobe.chaos.strike import Strike
from agentprobe.domain.call import Kind
from agentprobe.errors import ConfigError

SETTINGS: st.SearchStrategy[Fault] = st.one_of(
    st.sampled_from([kind() for kind in FAULTS]),
    st.builds(Latency, seconds=st.floats(0, 86400), jitter=st.floats(0, 1)),
    st.builds(CutStream, keep=st.floats(0, 1, exclude_max=True)),
    st.builds(ServerError, status=st.integers(500, 599)),
    st.builds(OversizedResult, times=st.integers(2, 100_000), bytes=st.integers(0, 10**8)),
    st.builds(
        ToolError,
        kind=st.sampled_from(["server_error", "refused", "rate_limited", "timed_out"]),
        message=st.text(),
        after=st.booleans(),
    ),
)


NUMBERED = st.integers(1, 99).flatmap(
    lambda first: st.fixed_dictionaries(
        {"first": st.just(first), "last": st.none() | st.integers(first, 999)}
    )
)
EACH = st.fixed_dictionaries({"each": st.integers(1, 9)})
WINDOWS = st.integers(0, 5000).flatmap(
    lambda since: st.fixed_dictionaries(
        {
            "since": st.just(since / 100),
            "until": st.none() | st.integers(since + 1, 9999).map(lambda n: n / 100),
        }
    )
)


@st.composite
def strikes(draw: st.DrawFn) -> Strike:
    fault = draw(SETTINGS)
    tool = st.one_of(st.just("tool"), st.text(min_size=1).map("tool:{}".format))
    state = st.sampled_from(["state:tools/list", "state:2"])
    sites = {Kind.MODEL: st.just("model"), Kind.TOOL: tool, Kind.STATE: state}
    return Strike(
        fault=fault,
        site=draw(sites[draw(st.sampled_from(fault.strikes))]),
        path="/".join(draw(st.lists(st.sampled_from(["plan", "ask-Ann", "*", "tool2"]), max_size=3))),
        about=draw(st.just("") | st.text(min_size=1)),
        probability=draw(st.floats(0, 1, exclude_min=True)),
        **draw(st.one_of(NUMBERED, EACH, WINDOWS)),
    )


SCHEDULES = st.lists(strikes(), max_size=4).map(lambda found: Schedule(tuple(found)))


@given(SCHEDULES)
def test_a_schedule_written_and_read_again_is_the_same(schedule: Schedule) -> None:
    assert Schedule.parse(str(schedule)) == schedule


@given(SCHEDULES)
def test_a_schedule_survives_its_file(schedule: Schedule) -> None:
    data = json.loads(json.dumps(schedule.to_data()))
    assert Schedule.from_data(data, "chaos.json") == schedule


@given(st.text(alphabet='@:~,()=" \n1.+-atoolmdelhng_/[]xs', max_size=40))
def test_any_text_is_a_schedule_or_a_message(text: str) -> None:
    try:
        schedule = Schedule.parse(text)
    except ConfigError as error:
        schedule, message = Schedule(), str(error)
    else:
        message = " in the schedule, character 1"
    assert " in the schedule, character " in message
    assert Schedule.parse(str(schedule)) == schedule


def test_the_words_of_a_schedule_say_which_calls_are_struck() -> None:
    text = 'cut_stream@model:2, tool_error(after=true, message="a, b")@tool:refund:2-4~0.5,\n hang@tool:3+'
    cut, error, hang = Schedule.parse(text).strikes
    assert cut == Strike(fault=CutStream(), site="model", first=2, last=2)
    assert error.fault == ToolError(after=True, message="a, b")
    assert (error.site, error.first, error.last, error.probability) == ("tool:refund", 2, 4, 0.5)
    assert (hang.site, hang.first, hang.last) == ("tool", 3, None)


def test_a_strike_names_a_place_a_matter_a_time_or_how_often() -> None:
    text = "hang@plan/*/model[Ann Lee]:2-3, hang@model:2x, hang@tool:pay:5s-30.5s, hang@state:tools/list:9s+"
    inner, each, window, listing = Schedule.parse(text.replace("hang@state", "latency@tool")).strikes
    assert (inner.path, inner.site, inner.about, inner.first, inner.last) == (
        "plan/*",
        "model",
        "Ann Lee",
        2,
        3,
    )
    assert (each.each, window.since, window.until) == (2, 5.0, 30.5)
    assert (listing.site, listing.since, listing.until) == ("tool:tools/list", 9.0, None)


def test_a_schedule_is_written_without_what_is_the_default() -> None:
    text = "latency(seconds=5, jitter=0)@model:1+ , hang( seconds = 3.50 )@tool:x:2-2~1.0"
    assert str(Schedule.parse(text)) == "latency@model, hang(seconds=3.5)@tool:x:2"


def test_no_words_are_an_empty_schedule() -> None:
    assert not Schedule.parse(" \n")
    assert str(Schedule()) == ""


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("laetncy@model", "unknown fault 'laetncy' in --faults, character 1; did you mean 'latency'?"),
        (
            "latency(secnds=3)@model",
            "latency has no setting 'secnds' in --faults, character 1; did you mean 'seconds'?",
        ),
        (
            "latency(seconds=fast)@model",
            "setting 'seconds' of latency cannot be 'fast' in --faults, character 1; expected float, got str",
        ),
        (
            "hang@model, server_error(status=404)@model",
            "setting 'status' of server_error cannot be 404 in --faults, character 13; expected int >= 500",
        ),
        ("hang@modle", "unknown site 'modle' in --faults, character 6; did you mean 'model'?"),
        (
            "hang@find",
            "unknown site 'find' in --faults, character 6; write model, tool or tool:find",
        ),
        (
            "cut_stream@tool:x",
            "cut_stream cannot strike tool calls in --faults, character 12;"
            " it strikes model calls: cut_stream@model",
        ),
        (
            "tool_error@model",
            "tool_error cannot strike model calls in --faults, character 12;"
            " it strikes tool calls: tool_error@tool:NAME",
        ),
        ("hang", "expected @ and where hang strikes, as in hang@model in --faults, character 5"),
        ("hang@model:0", "'0' names no calls; they count from 1 upward in --faults, character 12"),
        ("hang@model:4-2", "'4-2' names no calls; they count from 1 upward in --faults, character 12"),
        (
            "hang@model:two",
            "which calls? write 2, 2-4, 2+, 2x (of each request) or 5s-30s behind the colon"
            " in --faults, character 12",
        ),
        ("hang@model~0", "a probability is above 0 and at most 1, as in ~0.25 in --faults, character 12"),
        (
            "hang@model hang@model",
            "expected a comma and the next fault, or the end in --faults, character 12",
        ),
        ("hang@model,", "a fault's name is missing in --faults, character 12"),
        ("hang(seconds=3@model", "expected a comma or ) behind a setting in --faults, character 15"),
        (
            'tool_error(message="a)@tool',
            "here begins a text in quotes that JSON cannot read in --faults, character 20",
        ),
        ("hang(seconds=1, seconds=2)@model", "setting 'seconds' is given twice in --faults, character 24"),
    ],
)
def test_a_mistake_is_answered_with_its_place_and_what_to_write(text: str, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        Schedule.parse(text, "--faults")
    assert str(caught.value) == message


def test_a_file_holds_a_table_for_each_strike(tmp_path: Path) -> None:
    file = tmp_path / "chaos.toml"
    file.write_text('[[strike]]\nfault = "cut_stream"\nat = "model:2~0.5"\nkeep = 0.25\n')
    assert Schedule.load(file) == Schedule.parse("cut_stream(keep=0.25)@model:2~0.5")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[[strike]]\nat = 'model'", "strike 1 names no fault"),
        ("[[strike]]\nfault = 'hang'", "strike 1 does not say where hang strikes"),
        ("[[strike]]\nfault = 'hnag'\nat = 'model'", "strike 1; did you mean 'hang'?"),
        ("[[strike]]\nfault = 'hang'\nat = 'model'\nsecond = 3", "strike 1; did you mean 'seconds'?"),
        ("[[strike]]\nfault = 'hang'\nat = 'model, hang@tool'", "at, character 6"),
        ("[[strikes]]\nfault = 'hang'", "unknown key 'strikes'"),
        ("strike = 3", "holds no list of strikes"),
        ("strike = [3]", "strike 1 is no table"),
        ("[[strike]", "cannot be read"),
    ],
)
def test_a_mistake_in_a_file_is_answered_with_the_file_and_the_strike(
    tmp_path: Path, text: str, message: str
) -> None:
    file = tmp_path / "chaos.toml"
    file.write_text(text)
    with pytest.raises(ConfigError) as caught:
        Schedule.load(file)
    assert str(file) in str(caught.value)
    assert message in str(caught.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"cannot read .*none\.toml"):
        Schedule.load(tmp_path / "none.toml")
