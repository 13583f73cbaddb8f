"""The names of months as people write them, in English, German, French and Spanish."""

from __future__ import annotations

import re


def _each(names: str) -> tuple[str, ...]:
    return tuple(names.split())


FULL: dict[str, tuple[str, ...]] = {
    "en": _each("January February March April May June July August September October November December"),
    "de": _each("Januar Februar März April Mai Juni Juli August September Oktober November Dezember"),
    "fr": _each("janvier février mars avril mai juin juillet août septembre octobre novembre décembre"),
    "es": _each("enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre"),
}
SHORT: dict[str, tuple[str, ...]] = {
    "en": _each("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec"),
    "de": _each("Jan Feb Mär Apr Mai Jun Jul Aug Sep Okt Nov Dez"),
    "fr": _each("janv févr mars avr mai juin juil août sept oct nov déc"),
    "es": _each("ene feb mar abr may jun jul ago sep oct nov dic"),
}
_ALSO = {
    "en": {"sept": 9},
    "de": {"maerz": 3, "marz": 3, "sept": 9, "jänner": 1, "feber": 2},
    "fr": {"fevrier": 2, "fevr": 2, "fév": 2, "aout": 8, "decembre": 12, "dec": 12},
    "es": {"setiembre": 9, "sept": 9, "set": 9},
}
LANGUAGES = tuple(FULL)


def _named() -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for language in LANGUAGES:
        for names in (FULL[language], SHORT[language]):
            for number, name in enumerate(names, start=1):
                found.setdefault(name.lower(), {}).setdefault(language, number)
        for name, number in _ALSO[language].items():
            found.setdefault(name, {}).setdefault(language, number)
    return found


MONTHS = _named()
"""Of each name in small letters its number in each language that has it; no two languages differ."""
ANY = "|".join(sorted(map(re.escape, MONTHS), key=len, reverse=True))
"""A pattern for all of them, the longest first."""
WORDS_TOO = frozenset({"may", "march", "mars", "set", "ago", "dec", "mar", "jan"})
"""Words and names of their own: without a day and a year they are months only where a capital says so."""


def is_sure(word: str) -> bool:
    """Does a word beside a day mean a month although no year stands with them?"""
    plain = word.lower()
    if plain in WORDS_TOO:
        return word[0].isupper() and (len(plain) > 3 or plain == "may")
    return len(plain) > 3 or plain == "mai"


def renamed(word: str, month: int, language: str) -> str:
    """Another month's name in the language and manner of a word: short or whole, and in its capitals."""
    plain = word.lower()
    whole = FULL[language]
    # "May" tells not whether names are short: it is taken for a whole one
    names = whole if plain in [name.lower() for name in whole] or len(plain) > 4 else SHORT[language]
    name = names[month - 1]
    if word.isupper():
        return name.upper()
    return name.title() if word[0].isupper() else name.lower()
