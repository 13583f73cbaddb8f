"""Columns that stand in every shop, CRM and ticket system mean what a person would say they mean."""

from __future__ import annotations

import numpy as np
import pytest
from tests.worlds.guess.labelled import (
    _UUID,
    ROWS,
    Labelled,
    Make,
    _digits,
    _email,
    _full,
    _given,
    _last,
    _moment,
    _number,
    _pick,
    _price,
    _row,
    _sentence,
)
from tests.worlds.guess.test_guess import HARMLESS, held

from agentprobe.worlds.guess import guesses
from agentprobe.worlds.roles import IDENTIFYING, NAMES, Role

_KINDS = ("Garden", "Office", "Steel", "Wooden", "Red", "Small", "Travel", "Kitchen")
_THINGS = ("Chair", "Lamp", "Table", "Bottle", "Jacket", "Mug", "Shelf", "Backpack", "Knife", "Clock")
_MANY = _pick(*(f"{kind} {thing}" for kind in _KINDS for thing in _THINGS))
_FEW = _pick("Garden Chair", "Desk Lamp", "Steel Bottle")


def _handle(chance: np.random.Generator, row: int) -> str:
    return f"{_given(chance, row).lower()}{row}"


def _deal(chance: np.random.Generator, row: int) -> str:
    return f"{_last(chance, row)} renewal {row}"


EVERYDAY: tuple[tuple[str, str, Make, Role], ...] = (
    # shops
    ("item", "text", _MANY, Role.ORGANISATION),
    ("item", "text", _FEW, Role.CATEGORY),
    ("product_name", "text", _MANY, Role.ORGANISATION),
    ("product", "text", _FEW, Role.CATEGORY),
    ("variant", "text", _pick("red / S", "red / M", "blue / L"), Role.CATEGORY),
    ("sku", "text", _digits("AAA-999-99"), Role.CODE),
    ("ean", "text", _digits("4006999999999"), Role.CODE),
    ("serial_no", "text", _digits("SN99999999"), Role.CODE),
    ("batch", "text", _digits("L99999"), Role.CODE),
    ("bin", "text", _digits("A9-99"), Role.CODE),
    ("reference", "text", _digits("AA999999"), Role.CODE),
    ("order_no", "text", _digits("ORD-2023-99999"), Role.CODE),
    ("invoice_no", "text", _digits("INV-99999"), Role.CODE),
    ("tracking_no", "text", _digits("1Z999AA99999"), Role.CODE),
    ("parcel", "text", _digits("99999999999999"), Role.CODE),
    ("discount_code", "text", _digits("AAAA99"), Role.CODE),
    ("payment_method", "text", _pick("card", "paypal"), Role.CATEGORY),
    ("carrier", "text", _pick("DHL", "UPS"), Role.CATEGORY),
    ("warehouse", "text", _pick("North 1", "South 2"), Role.CATEGORY),
    ("quantity", "integer", _number(1, 50), Role.NUMBER),
    ("unit_price", "decimal", _price, Role.MONEY),
    # customer relations
    ("uid", "text", _digits("AxxAx9xxA"), Role.IDENTIFIER),
    ("uid", "integer", _row, Role.IDENTIFIER),
    ("customer_no", "text", _digits("C-99999"), Role.IDENTIFIER),
    ("account_no", "text", _digits("9999999999"), Role.CODE),
    ("lead_source", "text", _pick("web", "fair", "call"), Role.CATEGORY),
    ("deal_name", "text", _deal, Role.ORGANISATION),
    ("opportunity", "text", _deal, Role.ORGANISATION),
    ("owner", "text", _full, Role.FULL_NAME),
    ("account_manager", "text", _full, Role.FULL_NAME),
    ("signed_by", "text", _full, Role.FULL_NAME),
    ("nick", "text", _handle, Role.USERNAME),
    ("user", "text", _handle, Role.USERNAME),
    # ticket systems
    ("ticket", "text", _digits("TCK-99999"), Role.CODE),
    ("ticket_ref", "text", _digits("#99999"), Role.CODE),
    ("external_ref", "text", _UUID, Role.IDENTIFIER),
    ("agent", "text", _full, Role.FULL_NAME),
    ("requester", "text", _full, Role.FULL_NAME),
    ("reporter", "text", _email, Role.EMAIL),
    ("cc", "text", _email, Role.EMAIL),
    ("severity", "text", _pick("low", "high", "S1"), Role.CATEGORY),
    ("queue", "text", _pick("billing", "tech"), Role.CATEGORY),
    ("sla", "text", _pick("4h", "8h", "24h"), Role.CATEGORY),
    ("tags", "text", _pick("vip", "late,refund", "refund"), Role.CATEGORY),
    ("thread_id", "text", _digits("xxxxxxxxxxxxxxxx"), Role.IDENTIFIER),
    ("resolution", "text", _sentence, Role.TEXT),
    ("first_response_at", "timestamp", _moment, Role.DATE),
)
PERSONAL = IDENTIFYING | NAMES | {Role.TEXT}


def _role(name: str, kind: str, make: Make, role: Role) -> Role:
    chance = np.random.default_rng([11, *name.encode()])
    values = [make(chance, row) for row in range(ROWS)]
    return guesses(held([Labelled("records", name, kind, values, role)]))[0].role


@pytest.mark.parametrize(
    ("name", "kind", "make", "role"), EVERYDAY, ids=[f"{one[0]}-{one[3]}" for one in EVERYDAY]
)
def test_an_everyday_column_means_what_a_person_would_say(
    name: str, kind: str, make: Make, role: Role
) -> None:
    assert _role(name, kind, make, role) is role


@pytest.mark.parametrize("name", sorted({one[0] for one in EVERYDAY if one[1] == "text"}))
@pytest.mark.parametrize(
    "make", [_full, _email, _handle, _sentence], ids=["names", "mail", "handles", "notes"]
)
def test_no_everyday_name_makes_people_harmless(name: str, make: Make) -> None:
    """However a column is called: what it holds of people, many of them, is never kept as it is."""

    def personal(chance: np.random.Generator, row: int) -> str:
        return f"{make(chance, row)}{row}"

    assert _role(name, "text", personal, Role.FULL_NAME) not in HARMLESS
