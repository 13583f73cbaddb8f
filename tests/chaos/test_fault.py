"""What holds for every fault of the catalogue."""

from __future__ import annotations

import inspect
from dataclasses import fields

import pytest

from agentprobe.chaos.family import Family
from agentprobe.chaos.fault import FAULTS, Fault
from agentprobe.chaos.faults.latency import Latency
from agentprobe.chaos.faults.tool_error import ToolError
from agentprobe.chaos.schedule import Schedule
from agentprobe.chaos.strike import Strike
from agentprobe.domain.call import Kind
from agentprobe.domain.mend import Mend
from agentprobe.errors import ConfigError

EVERY = pytest.mark.parametrize("fault", list(FAULTS), ids=lambda fault: fault.name)


@EVERY
def test_a_fault_has_its_page(fault: type[Fault]) -> None:
    page = inspect.getdoc(fault) or ""
    headings = [page.find(head) for head in ("What happens: ", "Seen in the wild: ", "A sound agent: ")]
    assert 0 < headings[0] < headings[1] < headings[2]
    assert page.splitlines()[0].endswith(".")
    assert fault.remedy.endswith(".")


@EVERY
def test_a_fault_is_named_as_its_file_and_works_without_settings(fault: type[Fault]) -> None:
    assert FAULTS.get(fault.name) is fault
    assert fault().name == fault.name
    assert fault.strikes


@EVERY
def test_a_fault_says_where_it_belongs_and_what_mends_it(fault: type[Fault]) -> None:
    assert isinstance(fault.family, Family)
    assert fault.mends
    assert all(isinstance(mend, Mend) for mend in fault.mends)


@EVERY
def test_every_form_that_a_campaign_tries_is_another_and_can_be_written_down(fault: type[Fault]) -> None:
    forms = fault.variants()
    assert forms
    assert len(set(forms)) == len(forms)
    site = {Kind.MODEL: "model", Kind.TOOL: "tool", Kind.STATE: "state:tools/list"}[fault.strikes[0]]
    schedule = Schedule(tuple(Strike(fault=form, site=site) for form in forms))
    assert Schedule.parse(str(schedule)) == schedule


@EVERY
def test_no_setting_has_a_name_that_a_schedule_file_needs_itself(fault: type[Fault]) -> None:
    assert not {"fault", "at"} & {field.name for field in fields(fault)}


@pytest.mark.parametrize("seconds", [-1, float("nan"), float("inf"), True, "3"])
def test_a_value_that_cannot_be_meant_is_refused_in_code_too(seconds: float) -> None:
    with pytest.raises(ConfigError, match="setting 'seconds' of latency cannot be"):
        Latency(seconds=seconds)


def test_a_choice_is_refused_with_the_nearest_one() -> None:
    with pytest.raises(ConfigError, match="did you mean 'refused'"):
        ToolError(kind="refusd")  # type: ignore[arg-type]  # the mistake under test
