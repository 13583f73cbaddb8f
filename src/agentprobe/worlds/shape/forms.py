"""The shape of values that have a form: e-mail addresses, telephone numbers, codes, keys."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from agentprobe.worlds.roles import Role
from agentprobe.worlds.shape.arrays import Values, flags, pc, picked
from agentprobe.worlds.shape.counting import Counting, counted, normal
from agentprobe.worlds.shape.lexicon import Lexicon
from agentprobe.worlds.shape.model import Email, Key, Masked, Weighted
from agentprobe.worlds.shape.spectrum import Spectrum
from agentprobe.worlds.shape.words import told_by, words_of

PROVIDERS = frozenset(
    [
        "gmail.com",
        "googlemail.com",
        "hotmail.com",
        "hotmail.co.uk",
        "outlook.com",
        "live.com",
        "msn.com",
        "yahoo.com",
        "yahoo.co.uk",
        "yahoo.fr",
        "icloud.com",
        "me.com",
        "aol.com",
        "gmx.net",
        "gmx.de",
        "web.de",
        "t-online.de",
        "mail.ru",
        "yandex.ru",
        "qq.com",
        "163.com",
        "126.com",
        "protonmail.com",
        "proton.me",
        "comcast.net",
        "verizon.net",
        "btinternet.com",
        "orange.fr",
        "free.fr",
        "wanadoo.fr",
        "libero.it",
    ]
)
_LEADS = {Role.PHONE: 3, Role.POSTCODE: 2, Role.IP: 3}
_UUID = r"^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$"
_MOST_MASKS, _LONGEST_MASK = 60, 60
_MOST_DIGITS = 6
_LEAST = 10


def email_of(
    values: Values,
    counting: Counting,
    names: tuple[str, str],
    parts: tuple[Values, Values] | None,
    lexicon: Lexicon | None = None,
) -> Email:
    """The shape of addresses; `names` are the columns of names and `parts` the names of the same rows."""
    text = normal(values)
    local, domain = pc.replace_substring_regex(text, "@.*$", ""), pc.replace_substring_regex(text, "^.*@", "")
    known = pc.is_in(domain, pa.array(sorted(PROVIDERS)))
    told, _ = counting.told(domain.filter(known))
    share = float(np.mean(flags(known))) if len(text) else 0.0
    foreign = domain.filter(pc.fill_null(pc.invert(known), False))
    others = counted(foreign)[1]
    forms, made_up = _local_forms(local, parts)
    lexicon = lexicon if counting.epsilon is None else None
    handles = local.filter(pa.array(made_up))
    return Email(
        given=names[0],
        surname=names[1],
        forms=forms,
        domains=_domains(foreign, lexicon) if lexicon is not None else (),
        handles=words_of(handles, "handle", counting, role=Role.USERNAME, lexicon=lexicon)
        if lexicon is not None and len(handles)
        else None,
        providers=tuple((name, round(part * share, 6)) for name, part in told),
        others=counting.spectrum(others),
    )


def _domains(domains: Values, lexicon: Lexicon) -> tuple[str, ...]:
    """Made-up domains, the commonest first; well-known endings stay."""
    addresses = pc.binary_join_element_wise("a@", domains.drop_null(), "")
    return tuple(one.partition("@")[2] for one in told_by(addresses, Role.EMAIL, lexicon))


def _local_forms(
    local: Values, parts: tuple[Values, Values] | None
) -> tuple[Weighted, npt.NDArray[np.bool_]]:
    """Which forms explain the local parts, tried one after another; and which local parts none explains."""
    widths = pc.utf8_length(pc.replace_substring_regex(local, r"^.*?(\d*)$", r"\1"))
    digits = np.minimum(pc.fill_null(widths, 0).to_numpy(zero_copy_only=False), _MOST_DIGITS)
    there = flags(pc.is_valid(local))
    total = max(int(there.sum()), 1)
    left, found = there.copy(), []
    if parts is not None:
        given, surname = (pc.replace_substring_regex(normal(one), "[^a-z0-9]", "") for one in parts)
        bare = pc.replace_substring_regex(local, r"\d+$", "")
        initial = pc.utf8_slice_codeunits(given, 0, 1)
        for form, pieces in {
            "{given}.{surname}": (given, ".", surname),
            "{given}{surname}": (given, surname),
            "{given}_{surname}": (given, "_", surname),
            "{initial}.{surname}": (initial, ".", surname),
            "{initial}{surname}": (initial, surname),
            "{surname}.{given}": (surname, ".", given),
            "{given}": (given,),
            "{surname}": (surname,),
        }.items():
            made = pc.binary_join_element_wise(*pieces, "")
            hits = pc.equal(bare, made).fill_null(False).to_numpy(zero_copy_only=False).astype(bool) & left
            left &= ~hits
            for width in range(_MOST_DIGITS + 1):
                ending = "{" + "9" * width + "}" if width else ""
                found.append((form + ending, round(float((hits & (digits == width)).sum()) / total, 6)))
    found.append(("{handle}", round(float(left.sum()) / total, 6)))
    return tuple((form, share) for form, share in found if share > 0) or (("{handle}", 1.0),), left


def masked_of(values: Values, role: Role, counting: Counting) -> Masked:
    """The shape of values that have a form; digits and letters are kept where nearly all rows have them."""
    text = values.drop_null().cast(pa.string())
    prefix = shared_prefix(text, counting.k)
    rest = pc.utf8_slice_codeunits(text, len(prefix)) if prefix else text
    told = pc.utf8_slice_codeunits(masks_of(rest), 0, _LONGEST_MASK)
    masks, _ = counting.told(told, most=_MOST_MASKS)
    lead = _LEADS.get(role, 0)
    having = [rest.filter(pc.equal(told, mask)) for mask, _ in masks]
    fixed = [_fixed(mask, here, counting) for (mask, _), here in zip(masks, having, strict=True)]
    each = zip(fixed, having, strict=True)
    leads_by = tuple(_leads_of(mask, here, lead, counting) for mask, here in each) if lead else ()
    masks = tuple((mask, share) for mask, (_, share) in zip(fixed, masks, strict=True))
    quoted = "".join("\\" + letter for letter in prefix)
    counts = counted(text)[1]
    leads = None
    if lead:
        bare = pc.replace_substring_regex(rest, "[^0-9A-Za-z]", "")
        leads = counting.spectrum(counted(pc.utf8_slice_codeunits(bare, 0, lead))[1])
    return Masked(
        masks=tuple((quoted + mask, share) for mask, share in masks) or ((quoted + "999999", 1.0),),
        spectrum=counting.spectrum(counts) if len(counts) < len(text) else None,
        leads=leads,
        lead=lead,
        leads_by=leads_by,
    )


def _leads_of(mask: str, here: Values, lead: int, counting: Counting) -> Spectrum | None:
    """How the values of one mask share their first letters and digits; None where they are too few."""
    if len(here) < _LEAST * counting.k:
        return None
    bare = pc.replace_substring_regex(here, "[^0-9A-Za-z]", "")
    fixed = mask.count("\\")
    return counting.spectrum(counted(pc.utf8_slice_codeunits(bare, 0, max(lead, fixed + 2)))[1])


_ALIKE = 0.98
_BEGINNING = 6


def _fixed(mask: str, here: Values, counting: Counting) -> str:
    """A mask with the letters and digits with which nearly all of its values begin."""
    if len(here) < _LEAST * counting.k:
        return mask
    told: list[str] = []
    fixed = True
    for at, letter in enumerate(mask):
        if not fixed or letter not in "9Aah":
            told.append(letter)
            continue
        found, counts = counted(pc.utf8_slice_codeunits(here, at, at + 1))
        usual = int(counts.argmax())
        fixed = counts[usual] >= _ALIKE * len(here) and found[usual].isascii() and at < _BEGINNING
        told.append("\\" + found[usual] if fixed else letter)
    return "".join(told)


def masks_of(text: Values) -> Values:
    """Each value's form: 9 for a digit, A and a for letters, other signs as they are."""
    found: Values = pc.replace_substring_regex(text, r"\d", "9")
    found = pc.replace_substring_regex(found, r"\p{Lu}", "A")
    for pattern in (r"[^\P{L}A]", r"[^\x20-\x7e]"):
        found = pc.replace_substring_regex(found, pattern, "a")
    return found


def shared_prefix(text: Values, k: int) -> str:
    """The letters and signs with which all of at least `k` values begin; digits are not among them."""
    if len(text) < max(k, 2):
        return ""
    at = np.linspace(0, len(text) - 1, min(len(text), 500)).astype(np.int64)
    some = [str(one) for one in picked(text, at).to_pylist()]
    prefix = _common(some).rstrip("0123456789")
    if not prefix or not pc.all(pc.starts_with(text, prefix)).as_py():
        return ""
    return prefix if len(set(some)) > 1 and len(prefix) <= 8 else ""


def key_of(values: Values, kind: str, counting: Counting, *, ordinal: bool) -> Key:
    """The shape of a key."""
    if ordinal:
        return Key(form="ordinal")
    text = values.drop_null().cast(pa.string())
    if kind == "integer":
        longest = max((len(str(one).lstrip("-")) for one in text.slice(0, 100_000).to_pylist()), default=8)
        return Key(digits=int(np.clip(longest, 9, 17)))
    if len(text) and pc.all(pc.match_substring_regex(text, _UUID)).as_py():
        return Key(form="uuid")
    prefix = shared_prefix(text, counting.k)
    longest = int(pc.max(pc.utf8_length(text)).as_py() or 8) - len(prefix)
    return Key(form="text", digits=int(np.clip(longest, 9, 17)), prefix=prefix)


def _common(words: list[str]) -> str:
    """The beginning that all words share."""
    low, high = min(words, default=""), max(words, default="")
    at = next((at for at, (one, other) in enumerate(zip(low, high, strict=False)) if one != other), len(low))
    return low[:at]
