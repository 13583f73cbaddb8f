"""Settings files read as plain data with the place of every key; deep nesting and aliases cannot hurt."""

from __future__ import annotations

from agentprobe.scan.document import Document
from agentprobe.scan.documents.environment_file import environment_document
from agentprobe.scan.documents.front_matter import front_matter_document
from agentprobe.scan.documents.json_file import json_document
from agentprobe.scan.documents.kinds import kind_of_document
from agentprobe.scan.documents.rows_file import csv_document, lines_document, sql_document
from agentprobe.scan.documents.toml_file import toml_document
from agentprobe.scan.documents.yaml_file import yaml_document

__all__ = ["read_document"]

_READERS = {".json": json_document, ".jsonc": json_document, ".json5": json_document, ".yaml": yaml_document,
            ".yml": yaml_document, ".toml": toml_document, ".csv": csv_document, ".tsv": csv_document,
            ".jsonl": lines_document, ".ndjson": lines_document, ".sql": sql_document}  # fmt: skip
_FRONT = (".md", ".mdc", ".prompty", ".prompt")


def read_document(path: str, raw: bytes) -> Document | None:
    """A settings file as a Document; None where its kind of file is none. Raises Unreadable."""
    name = path.rpartition("/")[2].lower()
    ending = name[name.rfind(".") :] if "." in name else ""
    if name == ".env" or name.startswith(".env.") or ending == ".env":
        return _kinded(environment_document(path, raw))
    if ending in _FRONT:
        return _kinded(front_matter_document(path, raw)) if raw.lstrip().startswith(b"---") else None
    reader = _READERS.get(ending)
    return _kinded(reader(path, raw)) if reader is not None else None


def _kinded(document: Document) -> Document:
    return Document(
        path=document.path,
        kind=kind_of_document(document.path, document.data),
        data=document.data,
        places=document.places,
        raw=document.raw,
    )
