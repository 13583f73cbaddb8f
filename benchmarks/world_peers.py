"""What others make of a customer table: as quick as they go, and as like it as they get.

Each is a function from an Arrow table of customers(name, email, phone, city, date_of_birth, status, notes) to
another one; those that make rows anew take only its length.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

Make = Callable[[pa.Table], pa.Table]
PERSONAL = ("name", "email", "phone", "city")
NOTES = "asked about order {}, {} called back on {}"
SDV_YEARS = ("1678", "2262")
"""SDV refuses a table with a date outside of these; birth dates with slips in their years have such."""


def faker(table: pa.Table) -> pa.Table:
    """Rows of Faker, each value by itself."""
    from faker import Faker

    fake = Faker("en_US")
    Faker.seed(7)
    rows = range(table.num_rows)
    made = {
        "name": [fake.name() for _ in rows],
        "email": [fake.email() for _ in rows],
        "phone": [fake.phone_number() for _ in rows],
        "city": [fake.city() for _ in rows],
        "date_of_birth": [fake.date_of_birth() for _ in rows],
        "status": [fake.random_element(("active", "closed", "on hold")) for _ in rows],
        "notes": [NOTES.format(fake.pyint(), fake.first_name(), fake.date()) for _ in rows],
    }
    return pa.table({name: pa.array(values) for name, values in made.items()})


def faker_in_place(table: pa.Table) -> pa.Table:
    """The table with each personal value replaced by one of Faker's, as column masking does it."""
    from faker import Faker

    fake = Faker("en_US")
    Faker.seed(7)
    makers = {"name": fake.name, "email": fake.email, "phone": fake.phone_number, "city": fake.city}
    for name, make in makers.items():
        nulls = table[name].is_null().to_pylist()
        table = _with(table, name, [None if null else make() for null in nulls])
    return _with(table, "notes", [fake.sentence() for _ in range(table.num_rows)])


def mimesis(table: pa.Table) -> pa.Table:
    """Rows of mimesis."""
    from mimesis import Address, Datetime, Generic, Locale

    person, address = Generic(Locale.EN, seed=7).person, Address(Locale.EN, seed=7)
    days, rows = Datetime(Locale.EN, seed=7), range(table.num_rows)
    made = {
        "name": [person.full_name() for _ in rows],
        "email": [person.email() for _ in rows],
        "phone": [person.phone_number() for _ in rows],
        "city": [address.city() for _ in rows],
        "date_of_birth": [days.date(start=1940, end=2005) for _ in rows],
        "status": ["active" for _ in rows],
        "notes": [NOTES.format(row, person.first_name(), row) for row in rows],
    }
    return pa.table({name: pa.array(values) for name, values in made.items()})


def hashed(table: pa.Table) -> pa.Table:
    """The table with each personal value hashed."""
    for name in (*PERSONAL, "notes"):
        table = _mapped(table, name, lambda value: hashlib.sha256(b"7" + value.encode()).hexdigest()[:16])
    return table


def pooled(table: pa.Table) -> pa.Table:
    """The table with whole names taken from pools of 3,000 first and 474 last names by a key."""
    from faker.providers.person.en_US import Provider

    firsts, lasts = list(Provider.first_names), list(Provider.last_names)[:474]

    def picked(value: str) -> str:
        drawn = int.from_bytes(hashlib.sha256(b"7" + value.encode()).digest()[:8], "big")
        return f"{firsts[drawn % len(firsts)]} {lasts[drawn // 4096 % len(lasts)]}"

    table = _mapped(table, "name", picked)
    for name in ("email", "phone", "city", "notes"):
        table = _mapped(table, name, lambda value: hashlib.sha256(b"7" + value.encode()).hexdigest()[:12])
    return table


def presidio_structured(table: pa.Table) -> pa.Table:
    """Four columns declared and hashed by presidio-structured; it detects nothing here."""
    from presidio_anonymizer.entities import OperatorConfig
    from presidio_structured import PandasDataProcessor, StructuredEngine
    from presidio_structured.config import StructuredAnalysis

    columns = {"name": "PERSON", "email": "EMAIL_ADDRESS", "phone": "PHONE_NUMBER", "city": "LOCATION"}
    frame = table.to_pandas()
    for name in columns:
        frame[name] = frame[name].fillna("")
    operators = {entity: OperatorConfig("hash", {}) for entity in columns.values()}
    engine = StructuredEngine(data_processor=PandasDataProcessor())
    made = engine.anonymize(frame, StructuredAnalysis(entity_mapping=columns), operators=operators)
    return pa.Table.from_pandas(made, preserve_index=False)


def sdv(table: pa.Table) -> pa.Table:
    """A Gaussian copula of SDV, fitted on the table and sampled to its length."""
    return sdv_fitted(table)(table.num_rows)


def sdv_fitted(table: pa.Table) -> Callable[[int], pa.Table]:
    """The same in two parts: what samples so many rows."""
    import warnings

    from sdv.metadata import Metadata
    from sdv.single_table import GaussianCopulaSynthesizer

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        frame = table.to_pandas()
        kinds = {
            "name": "name",
            "email": "email",
            "phone": "phone_number",
            "city": "city",
            "date_of_birth": "datetime",
            "status": "categorical",
            "notes": "unknown",
        }
        columns: dict[str, Any] = {name: {"sdtype": kind} for name, kind in kinds.items()}
        columns["date_of_birth"]["datetime_format"] = "%Y-%m-%d"
        metadata = Metadata.load_from_dict({"tables": {"customers": {"columns": columns}}})
        synthesizer = GaussianCopulaSynthesizer(metadata)
        born = frame["date_of_birth"]
        told = born.astype(str)
        frame["date_of_birth"] = told.where(born.notna() & told.between(*SDV_YEARS), None)
        synthesizer.fit({"customers": frame})

    def sampled(rows: int) -> pa.Table:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            made = synthesizer.sample(rows)
        frame = made["customers"] if isinstance(made, dict) else made
        return pa.Table.from_pandas(frame, preserve_index=False)

    return sampled


def shuffled(table: pa.Table) -> pa.Table:
    """The table with each column in an order of its own: marginals kept, rows not."""
    order = np.random.default_rng(7)
    for name in table.column_names:
        table = _with(table, name, table[name].take(order.permutation(table.num_rows)))
    return table


def _mapped(table: pa.Table, name: str, change: Callable[[str], str]) -> pa.Table:
    coded: Any = pc.dictionary_encode(table[name].combine_chunks())
    values: Any = pa.array([change(value) for value in coded.dictionary.to_pylist()])
    return _with(table, name, values.take(coded.indices))


def _with(table: pa.Table, name: str, values: Any) -> pa.Table:
    return table.set_column(
        table.column_names.index(name),
        name,
        pa.chunked_array([pa.array(values)]) if isinstance(values, list) else values,
    )
