"""The sentences of free text, one kind a module: `SENTENCES`, a line each, as before|slot|after."""

from __future__ import annotations

import pkgutil
from dataclasses import dataclass
from functools import cache
from importlib import import_module

from agentprobe.errors import ConfigError, did_you_mean

THING = """
invoice order refund delivery contract account card payment password subscription warranty receipt booking
ticket parcel statement discount voucher upgrade address meter router licence policy claim deposit loan
transfer appointment repair device charger manual sample catalogue membership badge permit
"""
WHEN = """
today yesterday Monday Tuesday Wednesday Thursday Friday Saturday last_week this_morning in_January
in_February in_March in_April in_May in_June in_July in_August in_September in_October in_November
in_December before_noon after_five next_week at_the_weekend twice_this_month
"""
WAY = "by_phone by_e-mail by_post in_the_shop through_the_app on_the_website in_person by_chat"
HOW = """
angry polite worried calm in_a_hurry confused satisfied disappointed insistent friendly unsure upset patient
annoyed grateful
"""
TEAM = "billing support sales logistics legal finance the_warehouse the_branch security onboarding"
SLOTS = {
    "thing": THING,
    "when": WHEN,
    "way": WAY,
    "how": HOW,
    "team": TEAM,
    "number": " ".join(map(str, (*range(2, 60), *range(60, 1000, 17)))),
}


@dataclass(frozen=True)
class Phrases:
    """Sentences taken apart; the three fields are of one length."""

    before: tuple[str, ...]
    slots: tuple[str, ...]
    after: tuple[str, ...]


@cache
def phrases(name: str) -> Phrases:
    """Find the sentences of a kind; raises ConfigError for an unknown one."""
    names = sorted(m.name for m in pkgutil.iter_modules(__path__))
    if name not in names:
        raise ConfigError(f"unknown kind of text '{name}'{did_you_mean(name, names)}")
    lines = import_module(f"{__name__}.{name}").SENTENCES.strip().splitlines()
    before, slots, after = zip(*(line.split("|") for line in lines), strict=True)
    return Phrases(before, slots, after)


def slot(name: str) -> tuple[str, ...]:
    """What can stand in a slot."""
    return tuple(word.replace("_", " ") for word in SLOTS[name].split())
