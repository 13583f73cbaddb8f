"""A schema in which a run sees a shared world with its own changes, in PostgreSQL's SQL.

Each table becomes a view: the base's rows but for those that are gone, and the run's own. Triggers turn what
the run writes into changes of two small tables, and keep keys and references as the real tables would.
"""

from __future__ import annotations

from collections.abc import Iterator

from agentprobe.worlds.schema import ForeignKey, Schema, Table
from agentprobe.worlds.stand.servers import name_of, text_of


def overlaid(schema: Schema, base: str, run: str) -> str:
    """The statements that make a run's schema over a base."""
    made = [_Overlay(table, schema, base, run) for table in schema.tables]
    return ";\n".join(
        [f"CREATE SCHEMA {name_of(run)}", *(statement for one in made for statement in one.statements())]
    )


def sealed(schema: Schema, base: str) -> str:
    """The statements that keep runs from writing into the base by its own name."""
    says = "this is the base of all runs; write to the table without its schema"
    function = f"{name_of(base)}.{name_of('_sealed')}"
    statements = [
        f"CREATE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION {text_of(says)}; END $$"
    ]
    statements += [
        f"CREATE TRIGGER _sealed BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE "
        f"ON {name_of(base)}.{name_of(table.name)} FOR EACH STATEMENT EXECUTE FUNCTION {function}()"
        for table in schema.tables
    ]
    return ";\n".join(statements)


def own(table: str) -> str:
    """The table of a run's own rows."""
    return _short(f"_own_{table}")


def gone(table: str) -> str:
    """The table of the keys of the base's rows that a run no longer sees."""
    return _short(f"_gone_{table}")


def _short(name: str) -> str:
    return name.encode()[:63].decode(errors="ignore")


class _Overlay:
    """One table's part."""

    def __init__(self, table: Table, schema: Schema, base: str, run: str) -> None:
        self._table, self._schema, self._run = table, schema, run
        self._base = f"{name_of(base)}.{name_of(table.name)}"
        self._view = f"{name_of(run)}.{name_of(table.name)}"
        self._own = f"{name_of(run)}.{name_of(own(table.name))}"
        self._gone = f"{name_of(run)}.{name_of(gone(table.name))}"
        self._sequence = f"{name_of(run)}.{name_of(_short(f'_next_{table.name}'))}"
        self._writes = f"{name_of(run)}.{name_of(_short(f'_write_{table.name}'))}"
        self._columns = ", ".join(name_of(column.name) for column in table.columns)

    def statements(self) -> Iterator[str]:
        """Tables, view and trigger."""
        key = ", ".join(map(name_of, self._table.key))
        yield f"CREATE UNLOGGED TABLE {self._own} (LIKE {self._base} INCLUDING CONSTRAINTS)"
        if key:
            yield f"ALTER TABLE {self._own} ADD PRIMARY KEY ({key})"
            yield f"CREATE UNLOGGED TABLE {self._gone} AS SELECT {key} FROM {self._base} WITH NO DATA"
            yield f"ALTER TABLE {self._gone} ADD PRIMARY KEY ({key})"
            same = _equal("g", "b", self._table.key)
        else:
            yield f"CREATE UNLOGGED TABLE {self._gone} (at tid PRIMARY KEY)"
            same = "g.at = b.ctid"
        yield (
            f"CREATE VIEW {self._view} AS SELECT {self._columns} FROM {self._base} b "
            f"WHERE NOT EXISTS (SELECT FROM {self._gone} g WHERE {same}) "
            f"UNION ALL SELECT {self._columns} FROM {self._own}"
        )
        counted = _counted(self._table)
        if counted is not None:
            yield f"CREATE SEQUENCE {self._sequence}"
            yield (
                f"SELECT setval('{self._sequence.replace(chr(39), chr(39) * 2)}', "
                f"greatest(coalesce(max({name_of(counted)}), 0) + 1, 1), false) FROM {self._base}"
            )
        yield (
            f"CREATE FUNCTION {self._writes}() RETURNS trigger LANGUAGE plpgsql AS $body$\n"
            f"BEGIN\n{''.join(self._body(counted))}END $body$"
        )
        yield (
            f"CREATE TRIGGER write INSTEAD OF INSERT OR UPDATE OR DELETE ON {self._view} "
            f"FOR EACH ROW EXECUTE FUNCTION {self._writes}()"
        )

    def _body(self, counted: str | None) -> Iterator[str]:
        yield f"IF TG_OP <> 'INSERT' THEN\n{self._taken()}END IF;\n"
        yield f"IF TG_OP = 'DELETE' THEN\n{''.join(self._unreferred(''))}RETURN OLD;\nEND IF;\n"
        if counted is not None:
            name = name_of(counted)
            sequence = text_of(self._sequence)
            yield f"IF NEW.{name} IS NULL THEN NEW.{name} := nextval({sequence}); END IF;\n"
        for columns in filter(None, (self._table.key, *self._table.unique)):
            yield self._unique(columns)
        for reference in self._table.references:
            yield self._referring(reference)
        yield f"INSERT INTO {self._own} ({self._columns}) VALUES ({self._new()});\n"
        changed = f"TG_OP = 'UPDATE' AND NOT ({_equal('OLD', 'NEW', self._table.key) or 'true'}) AND "
        yield from self._unreferred(changed)
        yield "RETURN NEW;\n"

    def _new(self) -> str:
        return ", ".join(f"NEW.{name_of(column.name)}" for column in self._table.columns)

    def _taken(self) -> str:
        """Take the old row away: from the run's own, or out of sight."""
        if self._table.key:
            keys = ", ".join(f"OLD.{name_of(one)}" for one in self._table.key)
            return (
                f"DELETE FROM {self._own} o WHERE {_equal('o', 'OLD', self._table.key)};\n"
                f"IF NOT FOUND THEN\nINSERT INTO {self._gone} VALUES ({keys}) ON CONFLICT DO NOTHING;\n"
                "IF NOT FOUND THEN RETURN NULL; END IF;\nEND IF;\n"
            )
        return (
            f"DELETE FROM {self._own} WHERE ctid = (SELECT o.ctid FROM {self._own} o "
            f"WHERE {self._alike('o')} LIMIT 1);\n"
            f"IF NOT FOUND THEN\nINSERT INTO {self._gone} SELECT b.ctid FROM {self._base} b "
            f"WHERE {self._alike('b')} "
            f"AND NOT EXISTS (SELECT FROM {self._gone} g WHERE g.at = b.ctid) LIMIT 1;\n"
            "IF NOT FOUND THEN RETURN NULL; END IF;\nEND IF;\n"
        )

    def _alike(self, side: str) -> str:
        """Rows without a key are told apart by all they hold; of equal ones any will do."""
        names = [name_of(column.name) for column in self._table.columns]
        return " AND ".join(f"{side}.{name} IS NOT DISTINCT FROM OLD.{name}" for name in names)

    def _unique(self, columns: tuple[str, ...]) -> str:
        constraint = "_".join((self._table.name, *columns))
        told = text_of(f'duplicate key value violates unique constraint "{constraint}"')
        return (
            f"IF EXISTS (SELECT FROM {self._view} v WHERE {_equal('v', 'NEW', columns)}) THEN\n"
            f"RAISE EXCEPTION USING ERRCODE = 'unique_violation', MESSAGE = {told};\nEND IF;\n"
        )

    def _referring(self, reference: ForeignKey) -> str:
        """A reference that is not null must lead to a row, maybe to this one."""
        if reference.table not in self._schema.names:
            return ""
        parent = f"{name_of(self._run)}.{name_of(reference.table)}"
        told = text_of(
            f'insert or update on table "{self._table.name}" violates foreign key constraint on '
            f'"{", ".join(reference.columns)}"'
        )
        there = " AND ".join(f"NEW.{name_of(one)} IS NOT NULL" for one in reference.columns)
        meets = _joined("p", reference.to, "NEW", reference.columns)
        itself = (
            f" AND NOT ({_joined('NEW', reference.to, 'NEW', reference.columns)})"
            if reference.table == self._table.name
            else ""
        )
        unchanged = _equal("OLD", "NEW", reference.columns)
        return (
            f"IF {there}{itself} AND (TG_OP = 'INSERT' OR NOT coalesce({unchanged}, false)) "
            f"AND NOT EXISTS (SELECT FROM {parent} p WHERE {meets}) THEN\n"
            f"RAISE EXCEPTION USING ERRCODE = 'foreign_key_violation', MESSAGE = {told};\nEND IF;\n"
        )

    def _unreferred(self, condition: str) -> Iterator[str]:
        """A row that others refer to cannot go."""
        for child, reference in self._schema.children_of(self._table.name):
            at = f"{name_of(self._run)}.{name_of(child.name)}"
            told = text_of(
                f'update or delete on table "{self._table.name}" violates foreign key constraint on '
                f'table "{child.name}"'
            )
            yield (
                f"IF {condition}EXISTS (SELECT FROM {at} c "
                f"WHERE {_joined('c', reference.columns, 'OLD', reference.to)}) THEN\n"
                f"RAISE EXCEPTION USING ERRCODE = 'foreign_key_violation', MESSAGE = {told};\nEND IF;\n"
            )


def _counted(table: Table) -> str | None:
    """The key that goes on counting where an insert leaves it out."""
    referring = {name for reference in table.references for name in reference.columns}
    if len(table.key) != 1 or table.key[0] in referring or table.column(table.key[0]).kind != "integer":
        return None
    return table.key[0]


def _equal(left: str, right: str, columns: tuple[str, ...]) -> str:
    return _joined(left, columns, right, columns)


def _joined(left: str, of_left: tuple[str, ...], right: str, of_right: tuple[str, ...]) -> str:
    pairs = zip(of_left, of_right, strict=True)
    return " AND ".join(f"{left}.{name_of(one)} = {right}.{name_of(other)}" for one, other in pairs)
