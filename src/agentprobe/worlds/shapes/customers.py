"""Customers: people with names, addresses and birthdays, entered more than once now and then."""

from __future__ import annotations

from collections.abc import Iterator

from agentprobe.worlds.roles import Role
from agentprobe.worlds.schema import Column
from agentprobe.worlds.shape.model import (
    Category,
    Email,
    Field,
    Key,
    Masked,
    Moment,
    Prose,
    Shape,
    TableShape,
    Weighted,
    Words,
)
from agentprobe.worlds.shapes._built_in import BuiltIn, column, spectrum, table, weighted
from agentprobe.worlds.shapes._stated import OFFICE_HOURS, SINCE_2010, WEEK

_NAME_SLIPS: Weighted = (
    ("substitute", 0.06),
    ("insert", 0.04),
    ("delete", 0.04),
    ("transpose", 0.03),
    ("sound", 0.03),
    ("case", 0.03),
)
_DIRT: Weighted = (("blank_after", 0.006), ("upper", 0.008), ("lower", 0.008), ("double_blank", 0.001))

STATUS = weighted("""
0.61 active
0.07 Active
0.02 ACTIVE
0.005 active·
0.12 closed
0.03 Closed
0.005 ·CLOSED
0.05 suspended
0.03 pending
0.02 on hold
0.02 inactive
0.01 Inactive
0.006 blocked
0.004 deceased
""")


class Customers(BuiltIn):
    """One table of customers.

    Chosen, not measured: the surnames' process has a longer tail than the one fitted to 46,063 names of
    historical figures (discount .08, strength 1,760), 8 % of the records are further ones of somebody who has
    one, and a third of these differ in a name.
    """

    @classmethod
    def shape(cls) -> Shape:
        """The shape."""
        return Shape(name="customers", tables=(customers(),))


def customers() -> TableShape:
    """The table that other built-in shapes refer to."""
    return table(
        "customers",
        100_000,
        [
            column("customer_id", Role.IDENTIFIER, Key(digits=8), "integer", nullable=False),
            *_names(),
            *_contact(),
            *_address(),
            *_rest(),
        ],
        key="customer_id",
        records=((1, 0.93), (2, 0.058), (3, 0.01), (4, 0.002)),
        pairs=spectrum(0.3, 400.0),
        reuse=0.08,
        missing=(
            (("phone",), 0.12),
            (("notes",), 0.42),
            (("phone", "notes"), 0.09),
            (("email",), 0.03),
            (("email", "notes"), 0.03),
            (("date_of_birth",), 0.02),
            (("street", "city", "postcode", "region"), 0.02),
            (("street", "city", "postcode", "region", "notes"), 0.02),
            (("given_name", "date_of_birth"), 0.005),
        ),
    )


def _names() -> Iterator[tuple[Column, Field]]:
    given = Words(vocabulary="given_name", spectrum=spectrum(0.25, 45.0), variants=0.2)
    surname = Words(vocabulary="surname", spectrum=spectrum(0.45, 300.0), variants=0.2)
    slips = (*_NAME_SLIPS, ("nickname", 0.12), ("initial", 0.04))
    yield column("given_name", Role.GIVEN_NAME, given, whose="entity", edits=slips, junk=_DIRT)
    moved = (*_NAME_SLIPS, ("moved", 0.03))
    yield column("surname", Role.SURNAME, surname, whose="entity", edits=moved, junk=_DIRT)


def _contact() -> Iterator[tuple[Column, Field]]:
    forms = weighted("""
0.34 {given}.{surname}
0.14 {initial}{surname}
0.12 {given}{surname}
0.14 {given}.{surname}{digits}
0.1 {given}{digits}
0.06 {initial}.{surname}
0.04 {given}_{surname}
0.06 {handle}{digits}
""")
    providers = (
        ("gmail.com", 0.36),
        ("hotmail.com", 0.11),
        ("outlook.com", 0.09),
        ("yahoo.com", 0.08),
        ("icloud.com", 0.05),
        ("aol.com", 0.02),
        ("gmx.net", 0.02),
    )
    email = Email(given="given_name", surname="surname", forms=forms, providers=providers)
    slips: Weighted = (("moved", 0.3), ("case", 0.04), ("substitute", 0.02), ("delete", 0.01))
    yield column("email", Role.EMAIL, email, whose="entity", edits=slips, junk=(("placeholder", 0.003),))
    masks = weighted("""
0.45 (999) 555-9999
0.2 999-555-9999
0.1 9995559999
0.15 +44 79 9999 9999
0.1 01999 999999
""")
    phone = Masked(masks=masks, leads=spectrum(0.2, 40.0), lead=3)
    slips = (("moved", 0.25), ("substitute", 0.03), ("transpose", 0.02))
    yield column("phone", Role.PHONE, phone, whose="entity", edits=slips, junk=(("placeholder", 0.004),))


def _address() -> Iterator[tuple[Column, Field]]:
    street = Words(vocabulary="street", spectrum=spectrum(0.5, 800.0), numbered=0.97, variants=0.1)
    slips: Weighted = (("moved", 0.2), ("substitute", 0.04), ("delete", 0.03), ("case", 0.04))
    yield column("street", Role.STREET, street, whose="entity", edits=slips, junk=_DIRT)
    city = Words(vocabulary="place", spectrum=spectrum(0.3, 80.0), variants=0.15)
    more: Weighted = (("moved", 0.06), ("substitute", 0.02), ("transpose", 0.01), ("case", 0.03))
    yield column(
        "city", Role.CITY, city, whose="entity", edits=more, junk=_DIRT, follows="surname", sticks=0.04
    )
    masks: Weighted = (("99999", 0.7), ("A99 9AA", 0.2), ("AA9 9AA", 0.1))
    postcode = Masked(masks=masks, spectrum=spectrum(0.4, 900.0), leads=spectrum(0.2, 90.0), lead=2)
    slip: Weighted = (("moved", 0.1), ("transpose", 0.02), ("substitute", 0.02))
    yield column("postcode", Role.POSTCODE, postcode, whose="entity", edits=slip, follows="city", sticks=0.55)
    regions = weighted("""
0.2 North
0.19 South
0.17 East
0.15 West
0.1 Central
0.06 Coast
0.05 Highlands
0.04 Islands
0.04 Lakes
""")
    yield column("region", Role.REGION, Category(values=regions), whose="entity", follows="city", sticks=0.97)


def _rest() -> Iterator[tuple[Column, Field]]:
    born = Moment(
        knots=(-16_000, -9_000, -6_000, -3_400, -1_000, 1_400, 3_700, 6_000, 8_300, 10_700, 13_500),
        special=(("1900-01-01", 0.006), ("1970-01-01", 0.004)),
    )
    swapped: Weighted = (("swap", 0.04), ("substitute", 0.03))
    yield column("date_of_birth", Role.BIRTH_DATE, born, "date", whose="entity", edits=swapped)
    yield column("status", Role.CATEGORY, Category(values=STATUS), nullable=False)
    created = Moment(
        knots=SINCE_2010,
        weekdays=WEEK,
        hours=OFFICE_HOURS,
    )
    yield column("created_at", Role.DATE, created, "timestamp", nullable=False)
    notes = Prose(
        vocabulary="notes", lengths=(3, 6, 9, 14, 22, 60), mentions=(("given_name", 0.08), ("surname", 0.08))
    )
    yield column("notes", Role.TEXT, notes)
