"""Fields of settings and records, said in words and laid out in tables of Markdown."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import msgspec
from msgspec.inspect import (
    AnyType,
    BoolType,
    BytesType,
    CustomType,
    DataclassType,
    DictType,
    EnumType,
    Field,
    FloatType,
    IntType,
    LiteralType,
    NoneType,
    RawType,
    StrType,
    StructType,
    TupleType,
    Type,
    UnionType,
    VarTupleType,
    type_info,
)

from agentprobe.config.schema import sentences
from agentprobe.domain.call import Call
from agentprobe.domain.evidence import Mode
from agentprobe.domain.model import ModelAnswer
from agentprobe.sim import script_file
from agentprobe.sim.policy import Option
from agentprobe.sim.script import When
from agentprobe.trace import records

HEAD = ("name", "type", "default", "what it is")


class Row(NamedTuple):
    """A field as a reader sees it."""

    name: str
    type: str
    default: str
    text: str


def inner_table(kind: Type, name: str) -> tuple[StructType | None, str]:
    """The table that a field opens, and how its header is written."""
    match kind:
        case StructType():
            return kind, f"[{name}]"
        case DictType(value_type=StructType() as found):
            return found, f"[{name}.NAME]"
        case VarTupleType(item_type=StructType() as found):
            return found, f"[[{name}]]"
        case UnionType(types=types):
            return inner_table(types[0], name)
    return None, ""


def info_of(kind: type[msgspec.Struct]) -> StructType:
    """What msgspec knows of a struct."""
    found = type_info(kind)
    assert isinstance(found, StructType), f"{kind.__name__} is no struct"
    return found


def fields_of(kind: type) -> tuple[Field, ...]:
    """The fields of a struct, in the order in which they are written."""
    return info_of(kind).fields


ALSO: dict[type, type] = {
    records.CallRecord: Call,
    script_file.WhenText: When,
    script_file.TurnText: Option,
    script_file.AnswerText: Option,
    records.Answer: ModelAnswer,
}
"""Where else the fields of a written form are explained: at the value that it stands for."""


def table_of(info: StructType, hidden: tuple[type[Type], ...] = ()) -> Iterator[str]:
    """A struct's fields as a table; those that open a table of their own may be hidden."""
    texts = {**sentences(ALSO[info.cls]), **sentences(info.cls)} if info.cls in ALSO else sentences(info.cls)
    rows = [
        Row(f"`{field.encode_name}`", words(field.type), default_of(field), texts.get(field.name, ""))
        for field in info.fields
        if not hidden or inner_table(field.type, "")[0] is None
    ]
    if rows:
        yield grid(HEAD, rows)


def default_of(field: Field) -> str:
    """A field's default as people write it; nothing where it is left out."""
    if field.required:
        return "required"
    if field.default_factory is not msgspec.NODEFAULT:
        return spelled(field.default_factory())
    return spelled(field.default)


def spelled(value: object) -> str:
    """A default in the words of a settings file."""
    if value is None or value is msgspec.NODEFAULT or value in ("", (), {}):
        return ""
    plain = msgspec.to_builtins(value)
    return f"`{json.dumps(plain, ensure_ascii=False)}`"


def words(kind: Type) -> str:
    """A type in plain words."""
    match kind:
        case StrType(pattern=pattern):
            return "`module:name`" if pattern else "text"
        case IntType() | FloatType():
            return ("whole " if isinstance(kind, IntType) else "") + f"number{limits(kind)}"
        case VarTupleType(item_type=item):
            return f"list of {words(item)}"
        case TupleType(item_types=items):
            return f"({', '.join(map(words, items))})"
        case DictType(value_type=value):
            return f"table of {words(value)}"
        case UnionType(types=types):
            return " or ".join(words(one) for one in types if not isinstance(one, NoneType))
        case StructType(cls=cls) | DataclassType(cls=cls):
            return str(cls.__name__).removesuffix("Text")
        case EnumType(cls=cls) if cls is Mode:
            return "[failure mode](failure-modes.md)"
        case LiteralType() | EnumType():
            return ", ".join(f"`{value}`" for value in choices(kind))
    return PLAIN[type(kind)]


def choices(kind: LiteralType | EnumType) -> list[str]:
    """What may be chosen among."""
    if isinstance(kind, LiteralType):
        return [str(value) for value in kind.values]
    return [str(one.value) for one in kind.cls]


PLAIN: dict[type[Type], str] = {
    BoolType: "true or false",
    BytesType: "base64",
    RawType: "JSON",
    CustomType: "any",
    AnyType: "any",
    NoneType: "nothing",
}
SIGNS = {"gt": "above", "ge": "at least", "lt": "below", "le": "at most"}


def limits(kind: IntType | FloatType) -> str:
    """The limits of a number: `, at least 0, below 1`."""
    found = ((sign, getattr(kind, name)) for name, sign in SIGNS.items())
    return "".join(f", {sign} {limit:g}" for sign, limit in found if limit is not None)


def grid(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A table in Markdown."""
    titles = list(head)
    lines = [titles, ["---"] * len(titles), *([cell(text) for text in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def cell(text: str) -> str:
    """Text that stays within its cell."""
    return " ".join(text.split()).replace("|", "\\|")
