"""E-mail addresses, made from the names in the same row."""

from __future__ import annotations

from functools import cache, cached_property

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from agentprobe.worlds.grow.chance import Whole
from agentprobe.worlds.grow.columns._column import ColumnGrower
from agentprobe.worlds.grow.columns.names import FullNames
from agentprobe.worlds.grow.gathered import Gathered, by_group
from agentprobe.worlds.grow.joined import Strings, chosen, joined, picked, replaced, strings
from agentprobe.worlds.grow.measure import Measure
from agentprobe.worlds.grow.remembered import Remembered
from agentprobe.worlds.grow.rows import Rows
from agentprobe.worlds.grow.spelling import speller
from agentprobe.worlds.shape.arrays import pc
from agentprobe.worlds.shape.model import Email, Words
from agentprobe.worlds.shape.spectrum import Spectrum
from agentprobe.worlds.shape.words import parted

_HANDLES = Words(vocabulary="handle", spectrum=Spectrum(discount=0.6, strength=200.0))
_MOST_DIGITS = 10_000
_ENDINGS = ("com", "example", "org", "net", "io")


class Emails(ColumnGrower):
    """Local parts from names, digits or a made-up handle; domains of providers and of companies."""

    @cached_property
    def _email(self) -> Email:
        assert isinstance(self.field.model, Email)
        return self.field.model

    @cached_property
    def _handles(self) -> tuple[Measure, Remembered]:
        words = self._email.handles or _HANDLES
        return Measure.of(words.spectrum), Remembered(speller(words, self.world).spelled)

    @cached_property
    def _domains(self) -> tuple[Measure, Remembered]:
        words = Words(vocabulary="surname", spectrum=self._email.others, lexicon=self._email.domains)
        spell, told = speller(words, self.world.at("domains")).spelled, bool(self._email.domains)
        endings = strings([f".{ending}" for ending in _ENDINGS])

        def domains(numbers: Whole) -> Strings:
            names = spell(numbers)
            if told:
                return joined("@", names)
            return joined("@", _small(names), picked(endings, numbers % len(_ENDINGS)))

        return Measure.of(words.spectrum), Remembered(domains)

    def values(self, rows: Rows) -> Gathered:
        """The addresses."""
        given, surname = self._names(rows)
        forms = self._email.forms
        which = np.minimum(chosen([share for _, share in forms], self.units(rows, "form")), len(forms) - 1)
        who = rows.who(self.field)
        domains = self._domain(rows)

        def make(group: int, at: npt.NDArray[np.intp]) -> Gathered:
            parts = self._local(forms[group][0], given.picked(at), surname.picked(at), who[at])
            return Gathered(joined(*parts, domains.picked(at).written()))

        return by_group(which, make, pa.string())

    def _names(self, rows: Rows) -> tuple[Gathered, Gathered]:
        """Letters only, small; where the table has no names, handles."""
        source = rows.grower.columns.get(self._email.given)
        if isinstance(source, FullNames):
            given, surname = source.parts(rows)
            if self._email.as_written:
                told = parted(rows.finished(self._email.given))
                given, surname = (Gathered(pc.fill_null(one, "")) for one in told)
        elif self._email.as_written:
            given = Gathered(rows.finished(self._email.given))
            surname = Gathered(rows.finished(self._email.surname))
        elif self._email.given and self._email.surname:
            given, surname = rows.gathered(self._email.given), rows.gathered(self._email.surname)
        else:
            given = surname = self._handle(rows.who(self.field))
        return given.mapped(_small), surname.mapped(_small)

    def _handle(self, who: Whole) -> Gathered:
        measure, words = self._handles
        return words.spelled(measure.draw(self.world.at("handle").units(who)))

    def _local(self, form: str, given: Gathered, surname: Gathered, who: Whole) -> list[Strings | str]:
        parts: list[Strings | str] = []
        rest = form
        while "{" in rest:
            before, _, rest = rest.partition("{")
            name, _, rest = rest.partition("}")
            parts += [before] if before else []
            parts.append(self._part(name, given, surname, who))
        return [*parts, rest] if rest else parts

    def _part(self, name: str, given: Gathered, surname: Gathered, who: Whole) -> Strings:
        if name == "handle":
            return self._handle(who).written()
        if name == "digits":
            return picked(_numbers(), self.world.at("digits", self.field.name).below(who, _MOST_DIGITS))
        if name.startswith("9"):
            least = 10 ** (len(name) - 1) if len(name) > 1 else 0
            thrown = self.world.at("digits", self.field.name).below(who, 10 ** len(name) - least)
            return pa.array(thrown + least).cast(pa.string())
        if name == "initial":
            return given.mapped(lambda names: pc.utf8_slice_codeunits(names, 0, 1)).written()
        return {"given": given, "surname": surname}[name].written()

    def _domain(self, rows: Rows) -> Gathered:
        """With the sign before it."""
        providers = self._email.providers
        which = chosen([share for _, share in providers], self.units(rows, "provider"))

        def make(group: int, at: npt.NDArray[np.intp]) -> Gathered:
            if group == 0:
                return Gathered(strings([f"@{name}" for name, _ in providers]), which[at])
            measure, domains = self._domains
            units = rows.chance(self.field.name).at("domain").units(rows.who(self.field)[at])
            return domains.spelled(measure.draw(units))

        return by_group((which >= len(providers)).astype(np.int64), make, pa.string())


@cache
def _numbers() -> Strings:
    return strings([str(number) for number in range(_MOST_DIGITS)])


def _small(names: Strings) -> Strings:
    """As names stand in an address: small, without blanks and marks."""
    low = pc.ascii_lower(names)
    odd = np.flatnonzero(~pc.ascii_is_alnum(low).to_numpy(zero_copy_only=False))
    return replaced(low, odd, pc.replace_substring_regex(picked(low, odd), "[^a-z0-9]+", ""))
