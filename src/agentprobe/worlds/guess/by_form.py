"""What the values of a column say of its meaning: how many fit each form."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from agentprobe.worlds.characters import form_of
from agentprobe.worlds.computing import pc
from agentprobe.worlds.guess.known_words import CITIES, COMPANIES, COUNTRIES, GIVEN_NAMES, STREETS, SURNAMES
from agentprobe.worlds.sanitise.json_leaves import read

SAMPLE = 10_000
"""So many rows of a table are looked at."""
MOST_VALUES = 2_000
_FORMS: dict[str, re.Pattern[str]] = {
    "email": re.compile(r"\s*[^\s@]+@[^\s@]+\.[A-Za-z]{2,}\s*"),
    "url": re.compile(r"(?:https?|ftp)://\S+|www\.\S+\.\S+"),
    "ip": re.compile(r"(?:\d{1,3}\.){3}\d{1,3}(?:/\d+)?|(?=.*::?)[0-9a-fA-F:]{4,39}(?:/\d+)?"),
    "uuid": re.compile(r"\{?[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\}?"),
    "iban": re.compile(r"[A-Z]{2}\d{2} ?(?:[A-Z0-9]{4} ?){2,7}[A-Z0-9]{0,4}"),
    "phone": re.compile(r"(?=(?:\D*\d){7,15}\D*$)\+?[\d ().\-/]{7,22}(?: ?(?:x|ext\.?) ?\d+)?"),
    "date": re.compile(
        r"\s*(?:(?:1[89]|20|21)\d\d[-/.]?(?:0?\d|1[0-2])[-/.]?[0-3]?\d|"
        r"[0-3]?\d[-/. ](?:\d{1,2}|[A-Za-z]{3,9})[-/., ]+"
        r"(?:\d{4}|\d{2})|[A-Z][a-z]{2,8} \d{1,2}, \d{4})(?:[T ]\d{1,2}:\d{2}.*)?\s*"
    ),
    "money": re.compile(
        r"[-+]?(?:[$€£¥]|EUR|USD|GBP)\s?\d[\d.,' ]*|[-+]?\d[\d.,' ]*\s?(?:[€$£]|EUR|USD|GBP)"
    ),
    "number": re.compile(r"[-+]?\d+(?:[.,]\d+)?"),
    "flag": re.compile(r"(?i)y|n|yes|no|true|false|t|f|0|1|ja|nein|oui|non|si"),
    "code": re.compile(r"(?=.*\d)[A-Z0-9][A-Z0-9\-/. ]{3,29}"),
    "house": re.compile(r"\d+[A-Za-z]? .*|.*[^\d\s]\s\d+[A-Za-z]?"),
    "bcrypt": re.compile(r"\$(?:2[abxy]?|argon2\w*|5|6|scrypt|pbkdf2[\w-]*)\$.+|pbkdf2_\w+\$.+|\{SSHA\}.+"),
    "jwt": re.compile(r"eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*"),
    "digest": re.compile(
        r"(?:[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64}|[0-9a-f]{128})|(?:[0-9A-F]{40}|[0-9A-F]{64})"
    ),
    "api_key": re.compile(
        r"(?:sk|pk|rk|ghp|gho|xox[abp]|AKIA|AIza|glpat|shpat|whsec|SG\.)[-_\w.]{16,}|"
        r"-----BEGIN [A-Z ]+-----[\s\S]*|(?=\S*[a-z])(?=\S*[A-Z])(?=\S*\d)[\w+/=-]{32,}"
    ),
}


@dataclass(frozen=True, slots=True)
class Look:
    """What a sample of one column's values looks like; it holds forms and numbers, no values."""

    count: int = 0
    distinct: int = 0
    most_common: int = 0
    """Rows that hold the most frequent value."""
    shares: dict[str, float] = field(default_factory=dict)
    """Of the different values, the part that fits each form."""
    length: float = 0.0
    words: float = 0.0
    forms: tuple[tuple[str, float], ...] = ()
    """The most frequent forms, such as `Aaaa Aaaaa`, with their parts."""

    def share(self, *names: str) -> float:
        """The largest part that fits one of these forms."""
        return max(self.shares.get(name, 0.0) for name in names)

    @property
    def repeated(self) -> float:
        """How many rows there are for each different value."""
        return self.count / self.distinct if self.distinct else 0.0


def looked_at(values: pa.Array[Any]) -> Look:
    """Look at a column's sample."""
    values = values.drop_null()
    if not len(values) or pa.types.is_nested(values.type) or pa.types.is_binary(values.type):
        return Look(count=len(values))
    told = pc.value_counts(values)
    counts = told.field("counts").to_numpy()
    texts = [str(value) for value in told.field("values").slice(0, MOST_VALUES).to_pylist()]
    filled = [text for text in texts if text.strip() and text.strip().lower() not in _ABSENT] or [""]
    forms = Counter(form_of(text[:40]) for text in filled)
    return Look(
        count=len(values),
        distinct=len(counts),
        most_common=int(counts.max()),
        shares=_shares(filled),
        length=sum(map(len, filled)) / len(filled),
        words=sum(len(text.split()) for text in filled) / len(filled),
        forms=tuple((form, count / len(filled)) for form, count in forms.most_common(2)),
    )


_ABSENT = frozenset({"n/a", "na", "null", "none", "-", "--", "unknown", "?", "tbd"})


def _shares(texts: Sequence[str]) -> dict[str, float]:
    found = {name: _part(texts, pattern.fullmatch) for name, pattern in _FORMS.items()}
    found["json"] = _part(texts, _is_json)
    for name, known in _LISTS.items():
        found[name] = sum(_holds(text, known) for text in texts) / len(texts)
    found["full_name"] = _part(texts, _is_full_name)
    found["city"] = _part(texts, lambda text: text.strip().lower() in CITIES)
    found["country"] = _part(texts, lambda text: text.strip().lower() in COUNTRIES)
    return found


_LISTS = {"given_name": GIVEN_NAMES, "surname": SURNAMES, "street": STREETS, "company": COMPANIES}


def _part(texts: Sequence[str], fits: Callable[[str], object]) -> float:
    return sum(1 for text in texts if fits(text)) / len(texts)


def _tokens(text: str) -> list[str]:
    return re.findall(r"[^\W\d_]+(?:['’][^\W\d_]+)?", text.lower())


def _holds(text: str, known: frozenset[str]) -> bool:
    return any(token in known or (known is STREETS and token.endswith("strasse")) for token in _tokens(text))


def _is_full_name(text: str) -> bool:
    tokens = _tokens(text)
    known = sum(token in GIVEN_NAMES or token in SURNAMES for token in tokens)
    return 2 <= len(tokens) <= 4 and known >= 1 and not any(character.isdigit() for character in text)


def _is_json(text: str) -> bool:
    return text.lstrip()[:1] in ("{", "[") and isinstance(read(text), dict | list)
