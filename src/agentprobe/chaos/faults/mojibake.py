"""The fault mojibake: texts were read in the wrong encoding."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, ClassVar

from agentprobe.chaos._records import leaves_changed
from agentprobe.chaos._reshaping import Reshaping
from agentprobe.chaos._results import UNCHANGED
from agentprobe.chaos.family import Family
from agentprobe.domain.mend import Mend

_TYPED = ((re.compile(r"(?<=\w)'(?=\w)"), "’"), (re.compile(r"(?<=\w) - (?=\w)"), " – "))
"""What word processors make of signs that stand on a keyboard."""


@dataclass(frozen=True, kw_only=True)
class Mojibake(Reshaping):
    """Texts were read in the wrong encoding.

    What happens: the bytes of every text in the result, in UTF-8, are read as Windows-1252, as a browser
    does it: `Müller` is `MÃ¼ller`. An apostrophe and a dash between words are taken for the printed ones
    first, so that `Ann's` becomes `Annâ€™s`. Texts without such signs, and the names of fields, stay.
    Seen in the wild: exports through a spreadsheet, old databases, a missing charset in a header.
    A sound agent: sees that a name is broken, does not write it on into other systems, and finds things by
    id instead.
    """

    family: ClassVar[Family] = Family.DATA
    remedy: ClassVar[str] = "Say the encoding at every border, and refuse text with the marks of a wrong one."
    mends: ClassVar[tuple[Mend, ...]] = (Mend.SCHEMA_CHECK, Mend.VERIFICATION)

    @property
    def did(self) -> str:
        return "the texts were read in the wrong encoding"

    def changed(self, value: Any) -> Any:
        return leaves_changed(value, _misread)


def _misread(name: str, value: Any) -> Any:
    if not isinstance(value, str):
        return UNCHANGED
    for typed, printed in _TYPED:
        value = typed.sub(printed, value)
    return "".join(map(_as_windows, value.encode("utf-8", "surrogatepass")))


def _as_windows(byte: int) -> str:
    """The sign that a byte is in Windows-1252; five bytes are none there and pass as they are."""
    return bytes([byte]).decode("cp1252") if byte not in _NO_SIGN else chr(byte)


_NO_SIGN = frozenset((0x81, 0x8D, 0x8F, 0x90, 0x9D))
