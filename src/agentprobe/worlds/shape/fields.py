"""The shape of one column, by its role."""

from __future__ import annotations

from dataclasses import dataclass, field

import msgspec
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from agentprobe.worlds.roles import Role
from agentprobe.worlds.schema import Column, Table
from agentprobe.worlds.shape.amounts import number_of, plain_numbers
from agentprobe.worlds.shape.arrays import Values, flags, pc
from agentprobe.worlds.shape.categories import absent_of, category_of, dependent
from agentprobe.worlds.shape.counting import Counting, codes, normal
from agentprobe.worlds.shape.dirt import case_of, dirt_of
from agentprobe.worlds.shape.forms import email_of, key_of, masked_of
from agentprobe.worlds.shape.json_leaves import json_of
from agentprobe.worlds.shape.lexicon import ROLES as LEXICAL
from agentprobe.worlds.shape.lexicon import Lexicon
from agentprobe.worlds.shape.model import (
    Category,
    Constant,
    Email,
    Field,
    FullName,
    Json,
    Model,
    Moment,
    Reference,
    Weighted,
    Words,
)
from agentprobe.worlds.shape.moments import micros_of, moment_of, words_beside
from agentprobe.worlds.shape.persons import People
from agentprobe.worlds.shape.prose import prose_of
from agentprobe.worlds.shape.slips import moved_of, recurs_of, slips_of, turned_of
from agentprobe.worlds.shape.together import FOLLOWS, agree, sticks_of
from agentprobe.worlds.shape.words import (
    VOCABULARIES,
    forms_of,
    full_names,
    house_of,
    without_house,
    words_of,
)

_LEFT_OUT = frozenset({Role.SECRET, Role.DROPPED, Role.VECTOR, Role.DOCUMENT})
_MASKED = frozenset(
    {
        Role.NUMBER,
        Role.MONEY,
        Role.PHONE,
        Role.CODE,
        Role.IDENTIFIER,
    }
)
_CATEGORIES = frozenset({Role.CATEGORY, Role.FLAG, Role.REGION, Role.COUNTRY})
_DECIDING = frozenset({Role.CATEGORY, Role.FLAG, Role.DATE, Role.MONEY})
"""What other columns of the row go by: a slip there would make them contradict it."""
_SAME = 0.25
_WRITTEN = 0.9
_STAYS = 0.5
"""From this share of unchanged values on a column is told of the person, not of the record."""


@dataclass
class Fields:
    """The columns of one table while its shape is taken: what was found in one may explain the next."""

    table: Table
    data: dict[str, Values]
    people: People
    counting: Counting
    lexicon: Lexicon | None = None
    categories: dict[str, tuple[Category, Values]] = field(default_factory=dict)
    moments: dict[str, npt.NDArray[np.float64]] = field(default_factory=dict)
    names: dict[str, Values] = field(default_factory=dict)
    """Given names and surnames, by column; of full names, the parts as COLUMN/given and COLUMN/surname."""

    def all(self) -> tuple[Field, ...]:
        """Every column's shape, in the table's order; names are looked at first."""
        roles = (Role.GIVEN_NAME, Role.SURNAME, Role.FULL_NAME)
        order = sorted(self.table.columns, key=lambda column: column.role not in roles)
        found = {column.name: self._field(column) for column in order}
        return tuple(self._where_absent(found[column.name]) for column in self.table.columns)

    def _where_absent(self, told: Field) -> Field:
        """Add the category that says where the column is empty."""
        values = self.data.get(told.name)
        if values is None or not 0 < values.null_count < len(values) or told.name in self.categories:
            return told
        name, shares = absent_of(values, self.categories)
        return msgspec.structs.replace(told, absent=name, absent_by=shares) if name else told

    def _field(self, column: Column) -> Field:
        values = self.data.get(column.name)
        if values is None or values.null_count == len(values):
            return Field(name=column.name, model=Reference() if self._refers(column) else Constant())
        model = self._model(column, values)
        if isinstance(model, Reference | Constant | Json):
            return Field(name=column.name, model=model)
        follows, sticks = self._follows(column)
        if isinstance(model, Words) and sticks:
            model = self._loosened(model, follows, sticks)
        slips = self._slips(column, values, model)
        stays = slips is not None and self._stays(slips)
        if isinstance(model, FullName) and stays:
            model = self._struck(column, model)
        if isinstance(model, Words) and model.numbered and stays:
            model = msgspec.structs.replace(model, moves=self._moves(values))
        if isinstance(model, Email) and self._as_written(model):
            model, slips = msgspec.structs.replace(model, as_written=True), ((), 1.0 if stays else 0.0)
        text = pa.types.is_string(values.type) and not isinstance(model, Category)
        return Field(
            name=column.name,
            model=model,
            whose="entity" if stays else "row",
            follows=follows,
            sticks=sticks,
            edits=(edits := self._edits(column, slips[0], model) if slips is not None and stays else ()),
            recurs=recurs_of(values, self.people, sum(share for _, share in edits)) if edits else 0.0,
            junk=self._junk(values.drop_null(), model) if text else (),
        )

    @staticmethod
    def _junk(values: Values, model: Model) -> Weighted:
        """The dirt of a column; of moments only the blanks: what is no moment is told with them."""
        found = dirt_of(values, case_of(values))
        return tuple(one for one in found if "blank" in one[0]) if isinstance(model, Moment) else found

    def _slips(self, column: Column, values: Values, model: Model) -> tuple[Weighted, float] | None:
        """What happened to a column's values when their entity was entered again."""
        if not self.people.found or self._is_key(column):
            return None
        if isinstance(model, Words) and model.numbered:
            values = without_house(values)
        return slips_of(values, self.people)

    @staticmethod
    def _stays(slips: tuple[Weighted, float]) -> bool:
        """Does a person's record tell what the person's others do, but for slips?"""
        near = sum(share for name, share in slips[0] if name != "moved")
        return slips[1] + near >= _STAYS and slips[1] >= _SAME

    @staticmethod
    def _edits(column: Column, edits: Weighted, model: Model) -> Weighted:
        if column.role in _DECIDING or isinstance(model, FullName):
            return ()
        return edits

    def _struck(self, column: Column, model: FullName) -> FullName:
        """Each part of a full name is struck by itself."""
        given, surname = (self.names[f"{column.name}/{part}"] for part in ("given", "surname"))
        turned = turned_of(given, surname, self.people)
        given, surname = pc.if_else(turned, surname, given), pc.if_else(turned, given, surname)
        slips = [slips_of(part, self.people) or ((), 1.0) for part in (given, surname)]
        formed = slips_of(forms_of(self.data[column.name]), self.people)
        other = 1 - sum(share * share for _, share in model.forms)
        reforms = min((1 - formed[1]) / max(other, 1e-6), 1.0) if formed is not None else 0.0
        further = max(int((~self.people.first).sum()), 1)
        whole = slips_of(pc.binary_join_element_wise(given, surname, " "), self.people) or ((), 1.0)
        both = max(1 - slips[0][1] + 1 - slips[1][1] - (1 - whole[1]), 0.0)
        moves = [moved_of(part, self.people) for part in (given, surname)]
        backwards = float(flags(turned).sum()) / further
        kept = whole[1] * (1 - reforms * other) * (1 - backwards)
        return msgspec.structs.replace(
            model,
            given_edits=slips[0][0],
            surname_edits=slips[1][0],
            reforms=round(reforms, 4),
            both=round(both, 4),
            both_moved=round(float((moves[0] & moves[1]).sum()) / max(len(moves[0]), 1), 4),
            turned=round(backwards, 4),
            recurs=recurs_of(self.data[column.name], self.people, 1 - kept),
        )

    def _moves(self, values: Values) -> float:
        found = slips_of(house_of(values), self.people)
        return round(1 - found[1], 4) if found is not None else 0.0

    def _as_written(self, model: Email) -> bool:
        """Do addresses follow the slips in the names of their records?"""
        made = sum(share for form, share in model.forms if "handle" not in form)
        return self.people.found and bool(model.given) and made > _WRITTEN

    def _model(self, column: Column, values: Values) -> Model:
        if self._refers(column):
            return Reference()
        if column.role in _LEFT_OUT:
            return Constant()
        if column.role is Role.JSON:
            return json_of(values, self.counting) or Constant()
        if self._is_key(column):
            ordinal = any(self._refers(self.table.column(name)) for name in self.table.key)
            return key_of(values, column.kind, self.counting, ordinal=ordinal and column.kind == "integer")
        if column.role in (Role.BIRTH_DATE, Role.DATE):
            return self._moment(column, values)
        if column.role in (Role.MONEY, Role.NUMBER) and (numbers := plain_numbers(values)) is not None:
            return number_of(self._firsts(numbers), self.counting)
        if column.role in _CATEGORIES or column.kind == "boolean":
            return self._category(column, values)
        return self._text(column, values)

    def _moment(self, column: Column, values: Values) -> Model:
        born = column.role is Role.BIRTH_DATE
        micros, forms = micros_of(values)
        if np.isnan(micros).sum() - values.null_count > 0.5 * (len(values) - values.null_count):
            return masked_of(values, column.role, self.counting)
        others = {} if born else dict(self.moments)
        if not born:
            self.moments[column.name] = micros
        told = micros_of(self._firsts(values))[0] if born else micros
        found = moment_of(told, forms, self.counting, others)
        odd = words_beside(values, micros, self.counting)
        return msgspec.structs.replace(found, special=(*found.special, *odd)) if odd else found

    def _category(self, column: Column, values: Values) -> Model:
        found = category_of(values, self.counting, self.lexicon)
        if found is None:
            return masked_of(values, column.role, self.counting)
        found = dependent(found, values, self.categories, self.counting)
        self.categories[column.name] = (found, values)
        return found

    def _text(self, column: Column, values: Values) -> Model:
        if column.role is Role.FULL_NAME:
            full, given, surname = full_names(
                values, self.counting, self._firsts(values), self.lexicon, self.people.cluster
            )
            self.names |= {f"{column.name}/given": given, f"{column.name}/surname": surname}
            return full
        if column.role is Role.EMAIL:
            return self._email(values)
        if column.role in (Role.TEXT, Role.TITLE):
            return prose_of(values, column.role, self.counting, self._mentionable())
        if column.role in _MASKED or not pa.types.is_string(values.type):
            return masked_of(self._firsts(values), column.role, self.counting)
        if column.role in (Role.GIVEN_NAME, Role.SURNAME):
            self.names[column.name] = values
        return self._words(column, values)

    def _words(self, column: Column, values: Values) -> Words:
        return words_of(
            self._firsts(values),
            VOCABULARIES.get(column.role, "product"),
            self.counting,
            role=column.role,
            lexicon=self.lexicon if column.role in LEXICAL else None,
        )

    def _email(self, values: Values) -> Model:
        columns = {column.role: column.name for column in reversed(self.table.columns)}
        full = columns.get(Role.FULL_NAME, "")
        names = (columns.get(Role.GIVEN_NAME, full), columns.get(Role.SURNAME, full))
        parts = (
            self.names.get(names[0] if names[0] != full else f"{full}/given"),
            self.names.get(names[1] if names[1] != full else f"{full}/surname"),
        )
        if parts[0] is None or parts[1] is None:
            return email_of(values, self.counting, ("", ""), None, self.lexicon)
        return email_of(values, self.counting, names, (parts[0], parts[1]), self.lexicon)

    def _mentionable(self) -> dict[str, Values]:
        return {name: values for name, values in self.names.items() if "/" not in name}

    def _loosened(self, model: Words, follows: str, sticks: float) -> Words:
        """Less alike by itself, since what it follows makes it alike as well."""
        leader = self.names.get(f"{follows}/surname", self.data[follows])
        led, own = sticks**2, model.spectrum.again
        left = max((own - led * agree(codes(normal(self._firsts(leader))))) / (1 - led), own / 20)
        return msgspec.structs.replace(model, spectrum=msgspec.structs.replace(model.spectrum, again=left))

    def _follows(self, column: Column) -> tuple[str, float]:
        for role, leaders in FOLLOWS:
            if column.role is not role:
                continue
            for leader in leaders:
                for other in self.table.having(leader):
                    sticks = self._sticks(column, other)
                    if sticks:
                        return other.name, sticks
        return "", 0.0

    def _sticks(self, column: Column, other: Column) -> float:
        decides = self.names.get(f"{other.name}/surname", self.data.get(other.name))
        if decides is None:
            return 0.0
        return sticks_of(self._firsts(self.data[column.name]), self._firsts(decides))

    def _firsts(self, values: Values) -> Values:
        """One value of each person."""
        return self.people.told(values)

    def _refers(self, column: Column) -> bool:
        return any(column.name in reference.columns for reference in self.table.references)

    def _is_key(self, column: Column) -> bool:
        return column.name in self.table.key or (
            (column.name,) in self.table.unique and column.role is Role.IDENTIFIER
        )
