"""What models cost: by a dated table, and unknown where it does not know."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from agentprobe.domain.model import Usage
from agentprobe.errors import ConfigError
from agentprobe.trace.facts.models import OWN, Model, Provider, Rates, Table, read_table, shipped, table_here
from agentprobe.trace.facts.money import cost_of
from agentprobe.trace.facts.reduce import reduced

TODAY = datetime(2026, 11, 20, 12, tzinfo=UTC)
MADE_UP = reduced(
    [
        {
            "id": "openai",
            "model_match": {"starts_with": "gpt-"},
            "models": [
                {
                    "id": "gpt-x",
                    "match": {"or": [{"equals": "gpt-x"}, {"regex": r"^gpt-x-\d{4}$"}]},
                    "context_window": 1000,
                    "prices": [
                        {"prices": {"input_mtok": 10, "output_mtok": 20}},
                        {
                            "constraint": {"start_date": "2026-06-01"},
                            "prices": {
                                "input_mtok": {"base": 2, "tiers": [{"start": 100, "price": 4}]},
                                "cache_read_mtok": 0.5,
                                "cache_write_mtok": 3,
                                "output_mtok": 8,
                            },
                        },
                    ],
                }
            ],
        },
        {
            "id": "night",
            "models": [
                {
                    "id": "owl",
                    "prices": [
                        {"prices": {"input_mtok": 1, "output_mtok": 1, "output_reasoning_mtok": 5}},
                        {
                            "constraint": {"start_time": "16:30:00Z", "end_time": "00:30:00Z"},
                            "prices": {"input_mtok": 2, "output_mtok": 2},
                        },
                    ],
                }
            ],
        },
        {"id": "dear", "models": [{"id": "sold-twice", "prices": {"input_mtok": 2, "output_mtok": 2}}]},
        {"id": "cheap", "models": [{"id": "sold-twice", "prices": {"input_mtok": 1, "output_mtok": 1}}]},
    ],
    date="2026-11-20",
    source="made up",
)


def _dollars(usage: Usage, name: str, at: datetime = TODAY, dialect: str = "openai_chat") -> float | None:
    return cost_of(usage, MADE_UP.find(name, dialect), dialect=dialect, at=at).dollars


def test_cached_input_is_cheaper_and_is_part_of_what_openai_reports() -> None:
    usage = Usage(input_tokens=100, cached_tokens=40, output_tokens=10)
    assert _dollars(usage, "gpt-x") == pytest.approx((60 * 2 + 40 * 0.5 + 10 * 8) / 1e6)


def test_anthropic_reports_cached_and_written_input_beside_the_rest() -> None:
    usage = Usage(input_tokens=60, cached_tokens=30, written_tokens=10, output_tokens=0)
    dollars = _dollars(usage, "gpt-x", dialect="anthropic_messages")
    assert dollars == pytest.approx((60 * 2 + 30 * 0.5 + 10 * 3) / 1e6)


def test_a_long_prompt_is_charged_at_the_higher_step() -> None:
    assert _dollars(Usage(input_tokens=101, output_tokens=0), "gpt-x") == pytest.approx(101 * 4 / 1e6)


def test_a_call_of_the_past_costs_what_it_cost_then() -> None:
    before = datetime(2026, 5, 31, tzinfo=UTC)
    assert _dollars(Usage(input_tokens=100, output_tokens=0), "gpt-x-0105", before) == pytest.approx(1e-3)


def test_hours_of_the_day_have_their_price_across_midnight() -> None:
    usage = Usage(input_tokens=1_000_000, output_tokens=0)
    assert _dollars(usage, "owl") == 1
    assert _dollars(usage, "owl", TODAY.replace(hour=23)) == 2


def test_thoughts_are_charged_apart_where_they_have_a_price_and_as_output_elsewhere() -> None:
    usage = Usage(input_tokens=0, output_tokens=1_000_000, reasoning_tokens=400_000)
    assert _dollars(usage, "owl") == pytest.approx(0.6 + 0.4 * 5)
    assert _dollars(usage, "gpt-x") == pytest.approx(8)


def test_what_the_table_does_not_know_costs_an_unknown_sum_and_never_nothing() -> None:
    usage = Usage(input_tokens=1, output_tokens=1)
    for name, why in (("gpt-unheard-of", "does not know it"), ("sold-twice", "dear, cheap sell it")):
        cost = cost_of(usage, MADE_UP.find(name), dialect="openai_chat", at=TODAY)
        assert cost.dollars is None
        assert why in cost.why
    unreported = cost_of(None, MADE_UP.find("gpt-x"), dialect="openai_chat", at=TODAY)
    assert (unreported.dollars, unreported.why) == (None, "no tokens were reported")
    flex = cost_of(usage, MADE_UP.find("gpt-x"), dialect="openai_chat", at=TODAY, tier="flex")
    assert flex.dollars is None
    half = Table(
        date="d", source="s",
        providers=(Provider(id="p", models=(Model(id="m", rates=(Rates(input=((0, 1.0),)),)),)),),
    )  # fmt: skip
    assert cost_of(usage, half.find("m"), dialect="openai_chat", at=TODAY).why.endswith("for its output")


def test_the_table_that_ships_says_what_the_package_it_was_made_of_says() -> None:
    """genai-prices is here for the tests' sake; ours is its reduced form."""
    from genai_prices import Usage as Theirs
    from genai_prices import calc_price

    table = shipped()
    assert table.date >= "2026-11-01"
    assert table.source.startswith("genai-prices")
    for name, dialect in (
        ("gpt-4.1-mini", "openai_chat"),
        ("gpt-4o-2024-08-06", "openai_chat"),
        ("o3", "openai_responses"),
        ("gpt-5.6-luna", "openai_chat"),
        ("claude-sonnet-4-5", "anthropic_messages"),
        ("claude-opus-4-6", "anthropic_messages"),
        ("gemini-2.5-pro", ""),
    ):
        for given in (1_000, 300_000):
            theirs = calc_price(
                Theirs(input_tokens=given, cache_read_tokens=500, output_tokens=700),
                name,
                genai_request_timestamp=TODAY,
            )
            fresh = given - 500 if dialect == "anthropic_messages" else given
            usage = Usage(input_tokens=fresh, cached_tokens=500, output_tokens=700)
            ours = cost_of(usage, table.find(name, dialect), dialect=dialect, at=TODAY)
            assert ours.dollars == pytest.approx(float(theirs.total_price)), name
            assert table.find(name, dialect).window == theirs.model.context_window


def test_a_projects_own_table_goes_before_the_one_that_ships(tmp_path: Path) -> None:
    assert table_here(tmp_path) is shipped()
    own = tmp_path / OWN
    own.parent.mkdir()
    own.write_text('{"agentprobe": "models", "version": 1, "date": "2027-01-01", "source": "mine"}')
    assert table_here(tmp_path).date == "2027-01-01"


@pytest.mark.parametrize(
    "text", ["", "[]", '{"agentprobe": "trace", "version": 1, "date": "d", "source": "s"}']
)
def test_a_file_that_is_no_table_is_refused_with_its_name(tmp_path: Path, text: str) -> None:
    file = tmp_path / "models.json"
    file.write_text(text)
    with pytest.raises(ConfigError, match=r"models\.json is no table"):
        read_table(file)
    with pytest.raises(ConfigError, match="is no table of prices"):
        reduced([{"name": "x"}], date="", source="")
