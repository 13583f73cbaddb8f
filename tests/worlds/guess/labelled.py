"""Columns as they stand in real schemas, each with its meaning: what guesses are judged by."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import numpy as np

from agentprobe.worlds.roles import Role

ROWS = 200
GIVEN = "James Mary John Linda Anna Peter Olivia Marco Fatima Hiroshi Zelda Quentin".split()  # noqa: SIM905
LAST = "Smith Jones Weber Rossi Garcia Nguyen Okafor Lindqvist Petrov Brown Abernathy Zuckerman".split()  # noqa: SIM905
TOWNS = "London Paris Springfield Perth Leeds Boston Kirkwall Yass Munich".split()  # noqa: SIM905


@dataclass(frozen=True, slots=True)
class Labelled:
    """One column with what it holds and what it means."""

    table: str
    name: str
    kind: str
    values: list[Any]
    role: Role
    key: bool = False


Make = Callable[[np.random.Generator, int], Any]


def _pick(*words: str) -> Make:
    return lambda chance, _: words[int(chance.integers(len(words)))]


def _digits(form: str) -> Make:
    """9 becomes a digit, A a capital, x a hexadecimal digit."""

    def make(chance: np.random.Generator, _: int) -> str:
        sets = {"9": "0123456789", "A": "ABCDEFGHJKLMNPRSTUVWXYZ", "x": "0123456789abcdef"}
        return "".join(sets[c][int(chance.integers(len(sets[c])))] if c in sets else c for c in form)

    return make


def _given(chance: np.random.Generator, _: int) -> str:
    return GIVEN[int(chance.integers(len(GIVEN)))]


def _last(chance: np.random.Generator, _: int) -> str:
    return LAST[int(chance.integers(len(LAST)))]


def _full(chance: np.random.Generator, row: int) -> str:
    return f"{_given(chance, row)} {_last(chance, row)}"


def _town(chance: np.random.Generator, _: int) -> str:
    return TOWNS[int(chance.integers(len(TOWNS)))]


def _email(chance: np.random.Generator, row: int) -> str:
    return f"{_given(chance, row)}.{_last(chance, row)}{row}@example.org".lower()


def _street(chance: np.random.Generator, row: int) -> str:
    kind = _pick("Street", "Road", "Avenue")(chance, row)
    return f"{int(chance.integers(1, 300))} {_last(chance, row)} {kind}"


def _sentence(chance: np.random.Generator, row: int) -> str:
    return (
        f"Caller {_pick('asked about', 'complained of', 'praised')(chance, row)} the"
        f" {_pick('late parcel', 'last invoice', 'new contract')(chance, row)} number {row}, please ring."
    )


def _body(chance: np.random.Generator, row: int) -> str:
    return " ".join(_sentence(chance, row) for _ in range(12))


def _day(chance: np.random.Generator, _: int) -> date:
    return date(2020, 1, 1) + timedelta(days=int(chance.integers(1500)))


def _moment(chance: np.random.Generator, row: int) -> datetime:
    return datetime(2020, 1, 1) + timedelta(seconds=int(chance.integers(10**8)))  # noqa: DTZ001


def _iso(chance: np.random.Generator, row: int) -> str:
    return _day(chance, row).isoformat()


def _born(chance: np.random.Generator, row: int) -> str:
    return (date(1940, 1, 1) + timedelta(days=int(chance.integers(25_000)))).strftime("%d/%m/%Y")


def _number(low: int, high: int) -> Make:
    return lambda chance, _: int(chance.integers(low, high))


def _price(chance: np.random.Generator, _: int) -> Decimal:
    return Decimal(int(chance.integers(100, 100_000))) / 100


def _float(chance: np.random.Generator, _: int) -> float:
    return round(float(chance.lognormal(3, 1)), 2)


def _row(_: np.random.Generator, row: int) -> int:
    return row + 1000


def _json(chance: np.random.Generator, row: int) -> str:
    return f'{{"theme": "dark", "visits": {int(chance.integers(50))}}}'


def _url(chance: np.random.Generator, row: int) -> str:
    return f"https://shop.example.org/p/{row}"


_STATUS = _pick("active", "closed", "ACTIVE ", "on hold")
_PHONE, _UUID = _digits("+61 2 9999 9999"), _digits("xxxxxxxx-xxxx-4xxx-axxx-xxxxxxxxxxxx")
_KINDS: tuple[tuple[str, str, Make, Role], ...] = (
    # names
    ("first_name", "text", _given, Role.GIVEN_NAME),
    ("FirstName", "text", _given, Role.GIVEN_NAME),
    ("fname", "text", _given, Role.GIVEN_NAME),
    ("vorname", "text", _given, Role.GIVEN_NAME),
    ("prénom", "text", _given, Role.GIVEN_NAME),
    ("middle_name", "text", _given, Role.GIVEN_NAME),
    ("customerFirstName", "text", _given, Role.GIVEN_NAME),
    ("last_name", "text", _last, Role.SURNAME),
    ("surname", "text", _last, Role.SURNAME),
    ("nachname", "text", _last, Role.SURNAME),
    ("apellidos", "text", _last, Role.SURNAME),
    ("cognome", "text", _last, Role.SURNAME),
    ("maiden_name", "text", _last, Role.SURNAME),
    ("full_name", "text", _full, Role.FULL_NAME),
    ("name", "text", _full, Role.FULL_NAME),
    ("customer_name", "text", _full, Role.FULL_NAME),
    ("contact_person", "text", _full, Role.FULL_NAME),
    ("assignee", "text", _full, Role.FULL_NAME),
    ("xq1", "text", _full, Role.FULL_NAME),
    ("company", "text", _pick("Acme Ltd", "Bolt GmbH", "Delta Inc"), Role.ORGANISATION),
    ("employer_name", "text", _pick("Acme Ltd", "Bolt GmbH"), Role.ORGANISATION),
    ("firma", "text", _pick("Acme GmbH", "Bolt AG"), Role.ORGANISATION),
    ("supplier", "text", _pick("Acme Ltd", "Bolt GmbH"), Role.ORGANISATION),
    ("col_7", "text", lambda c, r: f"{_last(c, r)} {r} Ltd", Role.ORGANISATION),
    # reach
    ("email", "text", _email, Role.EMAIL),
    ("e_mail_address", "text", _email, Role.EMAIL),
    ("contact", "text", _email, Role.EMAIL),
    ("correo", "text", _email, Role.EMAIL),
    ("field_12", "text", _email, Role.EMAIL),
    ("phone", "text", _PHONE, Role.PHONE),
    ("mobile_no", "text", _digits("0499 999 999"), Role.PHONE),
    ("telefon", "text", _digits("089/9999999"), Role.PHONE),
    ("home_phone_2", "text", _digits("(999) 999-9999"), Role.PHONE),
    ("fax", "text", _PHONE, Role.PHONE),
    ("msisdn", "integer", _number(61_400_000_000, 61_499_999_999), Role.PHONE),
    ("attr_3", "text", _PHONE, Role.PHONE),
    ("username", "text", lambda c, r: f"{_given(c, r).lower()}{r}", Role.USERNAME),
    ("login", "text", lambda c, r: f"{_last(c, r).lower()}_{r}", Role.USERNAME),
    ("github_handle", "text", lambda c, r: f"{_last(c, r).lower()}-{r}", Role.USERNAME),
    ("website", "text", _url, Role.URL),
    ("avatar_url", "text", _url, Role.URL),
    ("x_link", "text", _url, Role.URL),
    ("ip_address", "text", _digits("10.99.9.99"), Role.IP),
    ("last_login_ip", "text", _digits("172.16.9.99"), Role.IP),
    ("remote", "text", _digits("192.168.9.99"), Role.IP),
    # places
    ("street", "text", _street, Role.STREET),
    ("address_line_1", "text", _street, Role.STREET),
    ("strasse", "text", _street, Role.STREET),
    ("address", "text", lambda c, r: f"{_street(c, r)}, {_town(c, r)}", Role.ADDRESS),
    ("shipping_address", "text", lambda c, r: f"{_street(c, r)}, {_town(c, r)}", Role.ADDRESS),
    ("city", "text", _town, Role.CITY),
    ("ort", "text", _town, Role.CITY),
    ("ville", "text", _town, Role.CITY),
    ("birth_place", "text", _town, Role.CITY),
    ("suburb", "text", _town, Role.CITY),
    ("zip", "text", _digits("99999"), Role.POSTCODE),
    ("postcode", "text", _digits("9999"), Role.POSTCODE),
    ("plz", "integer", _number(10_000, 99_999), Role.POSTCODE),
    ("state", "text", _pick("NSW", "VIC", "QLD"), Role.REGION),
    ("county", "text", _pick("Kent", "Essex", "Devon"), Role.REGION),
    ("bundesland", "text", _pick("Bayern", "Hessen"), Role.REGION),
    ("country", "text", _pick("Germany", "France", "Italy"), Role.COUNTRY),
    ("country_code", "text", _pick("DE", "FR"), Role.COUNTRY),
    ("nationality", "text", _pick("German", "French"), Role.COUNTRY),
    ("latitude", "float", lambda c, _: float(c.uniform(-90, 90)), Role.DROPPED),
    ("geo_lng", "float", lambda c, _: float(c.uniform(-180, 180)), Role.DROPPED),
    # identifiers and codes
    ("customer_uuid", "text", _UUID, Role.IDENTIFIER),
    ("external_id", "text", _digits("EXT-999999"), Role.IDENTIFIER),
    ("guid", "text", _UUID, Role.IDENTIFIER),
    ("legacy_key", "integer", _row, Role.IDENTIFIER),
    ("parent_id", "integer", _number(1, 5000), Role.IDENTIFIER),
    ("zzz_ref", "text", _UUID, Role.IDENTIFIER),
    ("iban", "text", _digits("DE99370400440999999999"), Role.CODE),
    ("ssn", "text", _digits("999-99-9999"), Role.CODE),
    ("passport_no", "text", _digits("A9999999"), Role.CODE),
    ("vat_id", "text", _digits("DE999999999"), Role.CODE),
    ("booking_reference", "text", _digits("AA99A9"), Role.CODE),
    ("tracking_number", "text", _digits("1Z999AA99999"), Role.CODE),
    ("sku", "text", _digits("AAA-999"), Role.CODE),
    ("licence_plate", "text", _digits("AA 999 A"), Role.CODE),
    ("card_number", "text", _digits("4999 9999 9999 9999"), Role.CODE),
    ("bank_details", "text", _digits("GB99WEST99999999999999"), Role.CODE),
    # dates
    ("date_of_birth", "date", _day, Role.BIRTH_DATE),
    ("dob", "text", _born, Role.BIRTH_DATE),
    ("geburtsdatum", "text", _born, Role.BIRTH_DATE),
    ("birthday", "text", _iso, Role.BIRTH_DATE),
    ("born_on", "date", _day, Role.BIRTH_DATE),
    ("created_at", "timestamp", _moment, Role.DATE),
    ("updated", "timestamp", _moment, Role.DATE),
    ("valid_from", "date", _day, Role.DATE),
    ("order_date", "text", _iso, Role.DATE),
    ("expires_on", "text", _iso, Role.DATE),
    ("erstellt_am", "text", _iso, Role.DATE),
    ("ts", "integer", _number(1_600_000_000, 1_700_000_000), Role.DATE),
    ("odd", "text", _iso, Role.DATE),
    ("shift_start", "time", lambda c, r: _moment(c, r).time(), Role.DROPPED),
    # amounts
    ("amount", "decimal", _price, Role.MONEY),
    ("unit_price", "decimal", _price, Role.MONEY),
    ("salary", "integer", _number(20_000, 200_000), Role.MONEY),
    ("balance_eur", "float", _float, Role.MONEY),
    ("betrag", "decimal", _price, Role.MONEY),
    ("total", "float", _float, Role.MONEY),
    ("cost_text", "text", lambda c, r: f"€{_price(c, r)}", Role.MONEY),
    ("quantity", "integer", _number(1, 50), Role.NUMBER),
    ("weight_kg", "float", _float, Role.NUMBER),
    ("score", "float", _float, Role.NUMBER),
    ("age", "integer", _number(18, 99), Role.NUMBER),
    ("num_visits", "integer", _number(0, 500), Role.NUMBER),
    ("q17", "float", _float, Role.NUMBER),
    # vocabularies
    ("status", "text", _STATUS, Role.CATEGORY),
    ("order_type", "text", _pick("new", "repeat"), Role.CATEGORY),
    ("currency", "text", _pick("EUR", "USD"), Role.CATEGORY),
    ("gender", "text", _pick("f", "m", "x", ""), Role.CATEGORY),
    ("priority", "text", _pick("low", "high", "P1"), Role.CATEGORY),
    ("channel", "text", _pick("web", "phone"), Role.CATEGORY),
    ("anrede", "text", _pick("Herr", "Frau"), Role.CATEGORY),
    ("status_code", "integer", _number(1, 5), Role.CATEGORY),
    ("misc_c", "text", _pick("alpha one", "beta two"), Role.CATEGORY),
    ("is_active", "boolean", lambda c, _: bool(c.integers(2)), Role.FLAG),
    ("newsletter", "text", _pick("Y", "N"), Role.FLAG),
    ("has_contract", "integer", _number(0, 2), Role.FLAG),
    ("deleted", "boolean", lambda c, _: bool(c.integers(2)), Role.FLAG),
    ("email_verified", "boolean", lambda c, _: bool(c.integers(2)), Role.FLAG),
    # prose
    ("notes", "text", _sentence, Role.TEXT),
    ("comment", "text", _sentence, Role.TEXT),
    ("description", "text", _sentence, Role.TEXT),
    ("bemerkung", "text", _sentence, Role.TEXT),
    ("subject", "text", _sentence, Role.TEXT),
    ("blurb", "text", _sentence, Role.TEXT),
    ("body", "text", _body, Role.DOCUMENT),
    ("content", "text", _body, Role.DOCUMENT),
    ("headline", "text", _sentence, Role.TITLE),
    ("settings", "text", _json, Role.JSON),
    ("stuff", "text", _json, Role.JSON),
    # secrets, and what nobody can say
    ("password", "text", _digits("xxxxxxxxxx"), Role.SECRET),
    (
        "pwd_hash",
        "text",
        _digits("$2b$12$xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"),
        Role.SECRET,
    ),
    ("api_key", "text", _digits("sk_live_xxxxxxxxxxxxxxxxxxxxxxxx"), Role.SECRET),
    ("session_token", "text", _digits("xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"), Role.SECRET),
    ("misc_1", "text", _digits("eyJxxxxxxxxxxxx.eyJxxxxxxxxxxxxxx.xxxxxxxxxxxxx"), Role.SECRET),
    (
        "misc_2",
        "text",
        _digits("xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"),
        Role.SECRET,
    ),
    ("otp", "text", _digits("999999"), Role.SECRET),
    ("blob", "binary", lambda c, _: bytes(c.integers(0, 256, 12, dtype=np.uint8)), Role.DROPPED),
    ("xfld", "text", lambda c, r: f"q{r}z", Role.DROPPED),
    ("fingerprint", "text", _digits("AAAA99AAAA"), Role.DROPPED),
    ("thing", "text", _digits("xx-xxx"), Role.DROPPED),
)
KEYS: tuple[tuple[str, str, Make], ...] = (("id", "integer", _row), ("code", "text", _digits("AA99")))


def labelled() -> list[Labelled]:
    """Every column with values of its own, the same at every call."""
    found = []
    for number, (name, kind, make, role) in enumerate(_KINDS):
        chance = np.random.default_rng([7, number])
        values = [None if chance.random() < 0.05 else make(chance, row) for row in range(ROWS)]
        found.append(Labelled("records", name, kind, values, role))
    for number, (name, kind, make) in enumerate(KEYS):
        chance = np.random.default_rng([8, number])
        values = [make(chance, row) for row in range(ROWS)]
        found.append(Labelled("records", name, kind, values, Role.IDENTIFIER, key=True))
    return found
