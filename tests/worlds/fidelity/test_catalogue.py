"""Which queries are asked: what the agent's calls show, else the usual ones."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest

from agentprobe.trace.tools import PROCESS, ToolUse
from agentprobe.trace.view import Trace
from agentprobe.worlds.fidelity import Query, catalogue_for
from agentprobe.worlds.fidelity.calls import asked_by
from agentprobe.worlds.roles import Role
from agentprobe.worlds.schema import Column, Schema, Table

CUSTOMERS = Table(
    name="customers",
    columns=(
        Column(name="customer_id", kind="integer", role=Role.IDENTIFIER),
        Column(name="given_name", kind="text", role=Role.GIVEN_NAME),
        Column(name="surname", kind="text", role=Role.SURNAME),
        Column(name="email", kind="text", role=Role.EMAIL),
        Column(name="city", kind="text", role=Role.CITY),
    ),
)
TICKETS = Table(
    name="tickets",
    columns=(
        Column(name="ticket_id", kind="integer", role=Role.IDENTIFIER),
        Column(name="status", kind="text", role=Role.CATEGORY),
        Column(name="opened_at", kind="timestamp", role=Role.DATE),
        Column(name="closed_at", kind="timestamp", role=Role.DATE),
    ),
)
POLICIES = Table(
    name="policies",
    columns=(
        Column(name="title", kind="text", role=Role.TITLE),
        Column(name="embedding", kind="vector", size=8, role=Role.VECTOR),
    ),
)
SCHEMA = Schema(tables=(CUSTOMERS, TICKETS, POLICIES))
SMITH = {"customer_id": 1, "given_name": "Ann", "surname": "Smith", "email": "a@x.example", "city": "York"}


def use(name: str, arguments: Any, result: Any = None) -> ToolUse:
    return ToolUse(name=name, arguments=arguments, result=result, seen=PROCESS)


def asked(name: str, arguments: Any, result: Any = None) -> set[tuple[str, str]]:
    return {(query.kind, query.where) for query in asked_by(use(name, arguments, result), SCHEMA)}


def with_surnames(*surnames: str) -> list[dict[str, Any]]:
    return [{**SMITH, "surname": surname} for surname in surnames]


def test_without_traces_every_usual_query_is_asked() -> None:
    queries = catalogue_for(SCHEMA)
    about = {(query.kind, query.where) for query in queries}
    assert ("substring", "customers.surname") in about
    assert ("combined", "customers.given_name+surname+city") in about
    assert ("not_status", "tickets.status") in about
    assert ("date_window", "tickets.opened_at") in about
    assert ("top_k", "policies.embedding") in about
    assert not [query for query in queries if query.asked]


@pytest.mark.parametrize(
    ("surnames", "kind"),
    [
        (("Smith", "Smith"), "exact"),
        (("Smithson", "Smithers"), "prefix"),
        (("Blacksmith", "Smithers"), "substring"),
        (("Smyth", "Smith"), "similar_name"),
        ((), "substring"),
    ],
)
def test_what_a_search_gave_tells_how_it_searched(surnames: tuple[str, ...], kind: str) -> None:
    found = asked("find_customer", {"surname": "Smith"}, with_surnames(*surnames))
    assert (kind, "customers.surname") in found


def test_an_argument_called_name_is_about_names() -> None:
    assert ("exact", "customers.surname") in asked("findCustomers", {"name": "Smith"}, with_surnames("Smith"))


def test_a_status_brings_its_negation() -> None:
    trace = cast("Trace", SimpleNamespace(tool_calls=(use("list_tickets", {"status": "open"}),) * 3))
    queries = catalogue_for(SCHEMA, [trace])
    assert queries == (
        Query(kind="status", table="tickets", columns=("status",), asked=3),
        Query(kind="not_status", table="tickets", columns=("status",)),
    )


def test_a_window_of_dates_is_seen_by_its_names() -> None:
    found = asked("list_tickets", {"closed_from": "2026-01-01", "closed_to": "2026-02-01"})
    assert found == {("date_window", "tickets.closed_at")}


def test_a_question_to_documents_is_a_search_for_the_nearest() -> None:
    assert asked("search_policies", {"query": "refunds", "k": 5}) == {("top_k", "policies.embedding")}


def test_a_whole_name_with_a_city_is_asked_together() -> None:
    found = asked("find_customer", {"first_name": "Ann", "last_name": "Smith", "city": "York"}, [SMITH])
    assert ("combined", "customers.given_name+surname+city") in found
    assert ("find_one", "customers.given_name+surname") in found


@pytest.mark.parametrize(
    ("where", "query"),
    [
        ("t.status != 'closed'", ("not_status", "tickets.status")),
        ("status NOT IN ('closed')", ("not_status", "tickets.status")),
        ('"status" = $1', ("status", "tickets.status")),
        ("opened_at >= '2026-01-01'", ("date_window", "tickets.opened_at")),
    ],
)
def test_sql_is_read(where: str, query: tuple[str, str]) -> None:
    assert asked("run_sql", {"sql": f"SELECT * FROM public.tickets t WHERE {where} LIMIT 5"}) == {query}


def test_like_in_sql_is_a_prefix_or_a_substring() -> None:
    sql = "select * from customers where lower(surname) like 'smi%' and city ilike '%ork%'"
    assert asked("query", {"q": sql}) == {("prefix", "customers.surname"), ("substring", "customers.city")}


def test_calls_that_ask_nothing_of_the_tables_are_left_out() -> None:
    assert asked("send_mail", {"to": "x", "body": "hello"}) == set()
    assert asked("find_customer", "not json") == set()
    trace = cast("Trace", SimpleNamespace(tool_calls=(use("get_weather", {"place_id": 3}),)))
    assert catalogue_for(SCHEMA, [trace]) == catalogue_for(SCHEMA)
