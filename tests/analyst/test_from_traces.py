"""What runs show of the six ways of failing, and what they cannot show."""

from __future__ import annotations

from agentprobe.analyst.analysis import ModeFound, Presence
from agentprobe.analyst.deterministic import analyse
from agentprobe.domain.model import Finish, Message, ModelRequest
from agentprobe.errors import ServerError
from agentprobe.scan.severity import Mode, Severity

from .conftest import Stories, Story, of_runs


def found(mode: Mode, *told: Story) -> ModeFound:
    return analyse(of_runs(*told)).of(mode)


def test_one_prompt_at_two_temperatures_has_drifted(story: Stories) -> None:
    run = story()
    run.asks("First")
    run.asks("Second", temperature=0.7)
    seen = found(Mode.TEMPERATURE_DRIFT, run)
    assert (seen.presence, seen.severity) == (Presence.PRESENT, Severity.HIGH)
    assert "0 at run.jsonl, call 1; 0.7 at run.jsonl, call 2" in seen.evidence[0].text
    assert seen.steps[0].startswith("agentprobe replay ")


def test_parts_of_an_agent_may_have_temperatures_of_their_own(story: Stories) -> None:
    run = story()
    run.asks("First")
    run.asks("Second", system="You write poems.", temperature=0.7)
    assert found(Mode.TEMPERATURE_DRIFT, run).presence is Presence.ABSENT


def test_a_temperature_that_nobody_sets_is_told(story: Stories) -> None:
    run = story()
    run.asks(temperature=None)
    assert found(Mode.TEMPERATURE_DRIFT, run).severity is Severity.MEDIUM


def test_a_model_that_takes_no_temperature_shows_nothing(story: Stories) -> None:
    run = story()
    run.asks(temperature=None, model="o3-mini")
    assert found(Mode.TEMPERATURE_DRIFT, run).presence is Presence.NOT_OBSERVED


def test_the_temperature_differs_between_two_runs(story: Stories) -> None:
    dev, prod = story("dev.jsonl"), story("prod.jsonl")
    dev.asks(temperature=0.0)
    prod.asks(temperature=1.0)
    seen = found(Mode.TEMPERATURE_DRIFT, dev, prod)
    assert "0 at dev.jsonl, call 1; 1 at prod.jsonl, call 1" in seen.evidence[0].text


def test_the_same_request_answered_differently_is_told_with_its_interval(story: Stories) -> None:
    told = [story(f"{number}.jsonl") for number in range(3)]
    for number, run in enumerate(told):
        run.asks(temperature=0.5, answer=f"{number}")
    (one,) = found(Mode.TEMPERATURE_DRIFT, *told).evidence
    assert "1 of 1 of the requests that runs share" in one.text


def test_a_window_filled_past_three_quarters_overflows(story: Stories) -> None:
    run = story()
    run.asks(model="gpt-4", tokens=7900)
    seen = found(Mode.CONTEXT_OVERFLOW, run)
    assert (seen.presence, seen.severity) == (Presence.PRESENT, Severity.HIGH)
    assert seen.evidence[0].where == "run.jsonl, call 1"


def test_a_model_whose_window_nobody_knows_shows_no_overflow(story: Stories) -> None:
    run = story()
    run.asks(model="never-heard-of", tokens=7900)
    seen = found(Mode.CONTEXT_OVERFLOW, run)
    assert seen.presence is Presence.NOT_OBSERVED
    assert "window" in seen.why


def test_an_answer_that_stops_at_its_limit_and_is_carried_on_is_worse(story: Stories) -> None:
    run = story()
    run.asks(cap=5, finish=Finish.LENGTH)
    seen = found(Mode.TOKEN_LIMIT, run)
    assert seen.severity is Severity.HIGH
    assert "its limit of 5 tokens" in seen.evidence[0].text


def test_an_answer_near_its_limit_is_told_beside(story: Stories) -> None:
    run = story()
    run.asks(cap=100, written=98)
    seen = found(Mode.TOKEN_LIMIT, run)
    assert seen.presence is Presence.ABSENT
    assert [one.shows for one in seen.evidence] == [False]


def test_a_prompt_that_changes_between_runs_has_drifted(story: Stories) -> None:
    before, after = story("a.jsonl"), story("b.jsonl")
    before.asks(system="You count orders. Never guess.")
    after.asks(system="You count orders. Guess if you must.")
    seen = found(Mode.PROMPT_DRIFT, before, after)
    assert seen.severity is Severity.HIGH
    assert "b.jsonl, call 1 is not that of a.jsonl, call 1" in seen.evidence[0].text


def test_a_date_in_a_prompt_is_told_beside(story: Stories) -> None:
    before, after = story("a.jsonl"), story("b.jsonl")
    before.asks(system="You count orders. Today is 2026-11-27.")
    after.asks(system="You count orders. Today is 2026-11-28.")
    seen = found(Mode.PROMPT_DRIFT, before, after)
    assert seen.presence is Presence.ABSENT
    assert "only figures differ" in seen.evidence[0].text


def test_one_run_cannot_show_that_a_prompt_stays(story: Stories) -> None:
    run = story()
    run.asks()
    assert found(Mode.PROMPT_DRIFT, run).presence is Presence.NOT_OBSERVED


def test_a_failure_after_which_a_run_ends_well_is_critical(story: Stories) -> None:
    run = story()
    run.asks("First")
    failed = run.dialect.write_failure(ServerError())
    assert failed is not None
    run.model(ModelRequest(model="m", messages=(Message(role="user", text="x"),)), failed)
    seen = found(Mode.API_LATENCY, run)
    assert (seen.presence, seen.severity) == (Presence.PRESENT, Severity.CRITICAL)
    assert seen.evidence[0].where == "run.jsonl, call 2"


def test_where_nothing_failed_nothing_is_known_of_failures(story: Stories) -> None:
    run = story()
    run.asks()
    assert found(Mode.API_LATENCY, run).presence is Presence.NOT_OBSERVED


def test_a_write_that_overtakes_another_is_a_race(story: Stories) -> None:
    run = story()
    run.asks()
    run.begun("pay", "1", effect="write")
    run.begun("ship", "2", effect="write")
    run.back("2")
    run.back("1")
    seen = found(Mode.RACE_CONDITION, run)
    assert seen.severity is Severity.HIGH
    assert "tool ship #1 was sent after tool pay #1 and came back before it" in seen.evidence[0].text


def test_reads_side_by_side_that_end_in_order_are_none(story: Stories) -> None:
    run = story()
    run.asks()
    run.begun("find", "1")
    run.begun("look", "2")
    run.back("1")
    run.back("2")
    assert found(Mode.RACE_CONDITION, run).presence is Presence.ABSENT


def test_tools_one_after_the_other_show_nothing_of_races(story: Stories) -> None:
    run = story()
    run.asks()
    run.tool("find", "ok")
    run.tool("look", "ok")
    assert found(Mode.RACE_CONDITION, run).presence is Presence.NOT_OBSERVED


def test_several_runs_are_told_with_their_share(story: Stories) -> None:
    told = [story(f"{number}.jsonl") for number in range(4)]
    for number, run in enumerate(told):
        run.asks(cap=5, finish=Finish.LENGTH if number == 0 else Finish.STOP)
    shares = found(Mode.TOKEN_LIMIT, *told).shares
    assert shares is not None
    assert (shares.shown, shares.runs) == (1, 4)
    assert 0.04 < shares.low < 0.05
    assert 0.69 < shares.high < 0.71


def test_an_empty_run_says_nothing_at_all(story: Stories) -> None:
    analysis = analyse(of_runs(story()))
    assert {one.presence for one in analysis.modes} == {Presence.NOT_OBSERVED}
    assert analysis.exit_code == 3


def test_reads_that_overtake_each_other_are_told_beside(story: Stories) -> None:
    run = story()
    run.asks()
    run.begun("find", "1")
    run.begun("look", "2")
    run.back("2")
    run.back("1")
    seen = found(Mode.RACE_CONDITION, run)
    assert seen.presence is Presence.ABSENT
    assert [one.shows for one in seen.evidence] == [False]
