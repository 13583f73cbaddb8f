"""The fault zero_width: there are signs in the texts that nobody sees."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, Self

from agentprobe.chaos._records import FIGURE, Role, leaves_changed, role_of
from agentprobe.chaos._reshaping import Reshaping
from agentprobe.chaos._results import UNCHANGED
from agentprobe.chaos._times import is_time
from agentprobe.chaos.family import Family
from agentprobe.domain.mend import Mend

Sign = Literal["zero_width_space", "bidi", "byte_order_mark", "homoglyph", "no_break_space"]


def _in_the_middle(text: str) -> str:
    if FIGURE.match(text.rstrip(".,;:")) or is_time("", text):
        return text
    half = (len(text) + 1) // 2
    return f"{text[:half]}\u200b{text[half:]}"


_ALIKE = str.maketrans(
    "aceopxyABCEHKMOPTX",
    "\u0430\u0441\u0435\u043e\u0440\u0445\u0443\u0410\u0412\u0421\u0415\u041d\u041a\u041c\u041e\u0420\u0422\u0425",
)
"""Latin letters and the Cyrillic ones that look the same."""
_PUT: dict[Sign, Callable[[str], str]] = {
    "zero_width_space": lambda text: " ".join(map(_in_the_middle, text.split(" "))),
    "bidi": lambda text: f"\u202e{text}\u202c",
    "byte_order_mark": lambda text: f"\ufeff{text}",
    "homoglyph": lambda text: text.translate(_ALIKE),
    "no_break_space": lambda text: text.replace(" ", "\u00a0"),
}
_LEFT_ALONE = (Role.MONEY, Role.CURRENCY, Role.TIME)


@dataclass(frozen=True, kw_only=True)
class ZeroWidth(Reshaping):
    """There are signs in the texts that nobody sees.

    What happens: every name, id, state and text of the result holds `sign`: a space without width within each
    word, a mark that turns the direction of writing, a byte order mark in front, Cyrillic letters for Latin
    ones that look the same, or spaces that do not break. It looks as before and equals nothing. Sums, times
    and the names of fields stay.
    Seen in the wild: text out of web pages, PDFs and chats, files with a byte order mark, names that somebody
    made to look like others.
    A sound agent: compares after normalising, and stops where a name looks right and matches nothing.
    """

    family: ClassVar[Family] = Family.DATA
    remedy: ClassVar[str] = "Normalise text and strip invisible signs before comparing or passing it on."
    mends: ClassVar[tuple[Mend, ...]] = (Mend.SCHEMA_CHECK, Mend.DISAMBIGUATION)

    sign: Sign = "zero_width_space"
    """What stands in the texts."""

    @classmethod
    def variants(cls) -> tuple[Self, ...]:
        return tuple(cls(sign=sign) for sign in _PUT)

    @property
    def did(self) -> str:
        return f"the texts hold an unseen sign: {self.sign}"

    def changed(self, value: Any) -> Any:
        return leaves_changed(value, self._put)

    def _put(self, name: str, value: Any) -> Any:
        if not isinstance(value, str) or not value or role_of(name, value) in _LEFT_ALONE:
            return UNCHANGED
        return UNCHANGED if name and is_time(name, value) else _PUT[self.sign](value)
