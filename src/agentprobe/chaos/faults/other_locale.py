"""The fault other_locale: figures and dates are written as in another country."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Any, ClassVar

from agentprobe.chaos._records import Role, leaves_changed, role_of
from agentprobe.chaos._reshaping import Reshaping
from agentprobe.chaos._results import UNCHANGED
from agentprobe.chaos._times import respelled_text
from agentprobe.chaos.family import Family
from agentprobe.domain.mend import Mend

_FIGURE = re.compile(r"(?<![\w.,:/-])-?(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+\.\d+)(?![\w:/-]|[.,]\d)", re.ASCII)
_EXCHANGED = str.maketrans(".,", ",.")


@dataclass(frozen=True, kw_only=True)
class OtherLocale(Reshaping):
    """Figures and dates are written as in another country.

    What happens: sums that were numbers are texts in the way of continental Europe (`1.234,56`), figures in
    texts are written so as well, and ISO dates become `31.12.2026`. Ids, counts and other numbers stay.
    Seen in the wild: a server that was set up elsewhere, exports through a spreadsheet, a user's locale that
    reaches the API. `1.234` is then a thousand and more, or one and a bit.
    A sound agent: knows which notation a tool writes, and asks where a figure can be read in two ways.
    """

    family: ClassVar[Family] = Family.DATA
    remedy: ClassVar[str] = "Let tools give numbers as numbers and dates in ISO 8601, and refuse others."
    mends: ClassVar[tuple[Mend, ...]] = (Mend.SCHEMA_CHECK, Mend.VERIFICATION)

    @property
    def did(self) -> str:
        return "figures and dates are written as in another country"

    def changed(self, value: Any) -> Any:
        return leaves_changed(value, _written)


def _written(name: str, value: Any) -> Any:
    if isinstance(value, str):
        dated = respelled_text(
            value, lambda found: ".".join(reversed(found["day"].split("-"))) + _rest(found)
        )
        return _FIGURE.sub(lambda found: found[0].translate(_EXCHANGED), dated)
    if role_of(name, value) is not Role.MONEY or not math.isfinite(value):
        return UNCHANGED
    return f"{value:,.2f}".translate(_EXCHANGED)


def _rest(found: re.Match[str]) -> str:
    return f" {found['clock']}" if found["clock"] else ""
