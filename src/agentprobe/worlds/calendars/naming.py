"""Names for what stands in grown calendars: owners, titles, and the events' own names."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from agentprobe.worlds.draws import U64, below, mixed, numbers, picked
from agentprobe.worlds.untyped import array, pc

_GIVEN = [
    "anna",
    "ben",
    "carla",
    "david",
    "elena",
    "farid",
    "grace",
    "hugo",
    "ines",
    "jonas",
    "kira",
    "liam",
    "maria",
    "noah",
    "olivia",
    "pavel",
    "quinn",
    "rosa",
    "sam",
    "tara",
    "umar",
    "vera",
    "will",
    "xenia",
    "yusuf",
    "zoe",
    "amir",
    "bea",
    "chen",
    "dora",
    "emil",
    "fay",
    "gita",
    "hans",
    "iris",
    "jack",
    "kofi",
    "lena",
    "milo",
    "nadia",
]
_SURNAMES = [
    "smith",
    "jones",
    "brown",
    "garcia",
    "miller",
    "davis",
    "lopez",
    "wilson",
    "moore",
    "taylor",
    "lee",
    "white",
    "harris",
    "clark",
    "lewis",
    "young",
    "king",
    "wright",
    "hill",
    "green",
    "adams",
    "baker",
    "nelson",
    "carter",
    "mitchell",
    "perez",
    "roberts",
    "turner",
    "phillips",
    "campbell",
    "parker",
    "evans",
    "edwards",
    "collins",
    "stewart",
    "morris",
    "murphy",
    "cook",
    "rogers",
    "reed",
    "morgan",
    "cooper",
    "bailey",
    "bell",
    "kelly",
    "howard",
    "ward",
    "cox",
]
_SUBJECTS = [
    "Budget",
    "Roadmap",
    "Hiring",
    "Onboarding",
    "Release",
    "Incident",
    "Customer",
    "Pricing",
    "Security",
    "Quarter",
    "Design",
    "Data",
    "Platform",
    "Marketing",
    "Partner",
    "Compliance",
    "Migration",
    "Support",
    "Forecast",
    "Research",
    "Supplier",
    "Contract",
    "Mobile",
    "Billing",
]
_MEETINGS = [
    "review",
    "planning",
    "sync",
    "kick-off",
    "workshop",
    "stand-up",
    "retrospective",
    "check-in",
    "demo",
    "handover",
    "status",
    "refinement",
    "decision",
    "walkthrough",
    "alignment",
]
_OWN = [
    "Focus time",
    "Writing",
    "Preparation",
    "Lunch",
    "Commute",
    "Dentist",
    "School run",
    "Travel",
    "Reading",
    "Follow-ups",
    "Expenses",
    "Call back",
    "Errands",
    "Gym",
    "Deep work",
]
_WHOLE = [
    "Out of office",
    "Public holiday",
    "Birthday",
    "On call",
    "Conference",
    "Working from home",
    "Leave",
]


def owners(people: NDArray[np.int64], seed: int) -> pa.Array[Any]:
    """An address for each; the number keeps those of one name apart."""
    given = array(_GIVEN).take(array(below(len(_GIVEN), seed, "given", people)))
    surnames = 1.0 / (np.arange(len(_SURNAMES)) + 3)
    surname = array(_SURNAMES).take(array(picked(surnames, seed, "surname", people)))
    number: Any = array(people + 1).cast(pa.string())
    local = pc.binary_join_element_wise(given, ".", surname, number, "")
    made: pa.Array[Any] = pc.binary_join_element_wise(local, pa.scalar("example.com"), "@")
    return made


def uids(ids: NDArray[np.int64], seed: int) -> pa.Array[Any]:
    """What an event is called across calendars."""
    raw = mixed(numbers(seed, "uid", ids)).astype(">u8")
    told = raw.view(np.uint8).reshape(-1, 8)
    digits = np.frombuffer(b"0123456789abcdef", dtype=np.uint8)
    spelled = np.empty((len(ids), 16), dtype=np.uint8)
    spelled[:, 0::2], spelled[:, 1::2] = digits[told >> 4], digits[told & 15]
    offsets = np.arange(len(ids) + 1, dtype=np.int32) * 16
    buffers = [None, pa.py_buffer(offsets.tobytes()), pa.py_buffer(spelled.tobytes())]
    return pa.Array.from_buffers(pa.string(), len(ids), buffers)


def titles(address: U64, people: NDArray[np.int64], whole: NDArray[np.bool_]) -> pa.Array[Any]:
    """A title for each event, by what it is; few words go round, so many events are called alike."""
    few = 1.0 / (np.arange(len(_SUBJECTS)) + 2)
    subject = array(_SUBJECTS).take(array(picked(few, 0, "subject", address)))
    meeting = array(_MEETINGS).take(array(below(len(_MEETINGS), 0, "kind", address)))
    met = pc.binary_join_element_wise(subject, meeting, " ")
    one_to_one = array((people == 2) & (below(3, 0, "pair", address) == 0))
    met = pc.if_else(one_to_one, pc.binary_join_element_wise(pa.scalar("1:1"), subject, " "), met)
    alone = array(_OWN).take(array(below(len(_OWN), 0, "own", address)))
    days = array(_WHOLE).take(array(below(len(_WHOLE), 0, "whole", address)))
    made: pa.Array[Any] = pc.if_else(array(whole), days, pc.if_else(array(people > 1), met, alone))
    return made
