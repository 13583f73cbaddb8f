"""What letters follow one another in names the world over: the public model that pseudonyms are spelt by.

The names were written down from general knowledge; nothing of anybody's data is in them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import cache

from agentprobe.worlds.sanitise.words.chance import shuffled, throws
from agentprobe.worlds.sanitise.words.letters import PLAIN, alphabet

_NAMES = """
 james john robert michael william david richard joseph thomas charles daniel matthew anthony mark
donald steven paul andrew joshua kenneth kevin brian george timothy ronald edward jason jeffrey ryan
jacob gary nicholas eric jonathan stephen larry justin scott brandon benjamin samuel gregory
alexander patrick frank raymond jack dennis mary patricia jennifer linda elizabeth barbara susan
jessica sarah karen lisa nancy betty margaret sandra ashley kimberly emily donna michelle carol
amanda dorothy melissa deborah stephanie rebecca sharon laura cynthia kathleen amy angela shirley
anna brenda pamela emma nicole helen samantha katherine christine debra rachel carolyn janet maria
olivia heather diane julie joyce victoria kelly christina joan evelyn lauren judith megan smith
johnson williams brown jones garcia miller davis rodriguez martinez hernandez lopez gonzalez wilson
anderson taylor moore jackson martin lee perez thompson white harris sanchez clark ramirez lewis
robinson walker young allen king wright torres nguyen hill flores green adams nelson baker hall
rivera campbell mitchell carter roberts gomez phillips evans turner diaz parker cruz edwards collins
reyes stewart morris morales murphy cook rogers gutierrez ortiz morgan cooper peterson bailey reed
kelly howard ramos kim cox ward richardson watson brooks chavez wood bennett gray mendoza ruiz
hughes price alvarez castillo sanders patel myers long ross foster mueller schmidt schneider fischer
weber meyer wagner becker schulz hoffmann koch bauer richter klein wolf neumann rossi russo ferrari
esposito bianchi romano colombo ricci marino greco bruno gallo conti mancini costa giordano dubois
durand leroy moreau simon laurent lefebvre michel bertrand roux vincent fournier morel girard andre
mercier kowalski nowak wisniewski wojcik kaminski lewandowski zielinski szymanski dabrowski
kozlowski jankowski mazur ivanov petrov sidorov smirnov kuznetsov popov sokolov lebedev novikov
morozov volkov fedorov orlov belov tanaka suzuki takahashi watanabe yamamoto nakamura kobayashi
yoshida yamada sasaki matsumoto inoue kimura hayashi wang zhang chen liu yang huang zhao zhou sun
zhu khan singh kumar sharma gupta das mehta reddy iyer nair okafor adeyemi mensah abebe diallo
traore mwangi otieno ndlovu dlamini hassan ahmed ali ibrahim mahmoud farouk hansen johansen olsen
larsen andersen nilsen eriksson lindberg bergstrom virtanen korhonen makinen nieminen jansen devries
bakker visser smit meijer mulder bos vos peters hendriks dekker brouwer dijkstra silva santos
oliveira souza pereira lima carvalho almeida ribeiro barbosa teixeira correia cardoso oakley ashford
bradley brampton carlisle darlington elmsford fairfax glendale hartwell kingsley langford melrose
norwood oxley pemberton radcliffe somerset thornton underwood wakefield winslow yarrow
"""
_TRIES_BY_THREE, _TRIES_BY_TWO = 6, 14
"""So often a name is spelt by three letters, then by two, then letter by letter."""


@cache
def _following(context: int) -> dict[str, str]:
    """For each `context` letters: 1,024 next letters, each as often as it follows them in names."""
    counts: dict[str, Counter[str]] = {}
    for name in _NAMES.split():
        padded = "^" * context + name
        for place in range(context, len(padded)):
            counts.setdefault(padded[place - context : place], Counter())[padded[place]] += 1
    return {before: _spread(found) for before, found in counts.items()}


def _spread(counts: Counter[str]) -> str:
    total = sum(counts.values())
    ordered = sorted(counts)
    wheel = "".join(letter * max(1, round(1024 * counts[letter] / total)) for letter in ordered)
    return (wheel + ordered[0] * 1024)[:1024] if len(wheel) < 1024 else wheel[:1024]


def spelt(key: bytes, like: str, *words: object, before: str = "", attempt: int = 0) -> str:
    """Letters of the scripts of `like`, as many, that follow `before`; other `words`, other letters."""
    written = before
    for letter, thrown in zip(like, throws(key, len(like), "spelt", attempt, *words), strict=True):
        if letter in PLAIN:
            written += _next(written, thrown, attempt)
        else:
            choice = alphabet(letter)
            written += choice[thrown % len(choice)]
    return written[len(before) :]


def _next(written: str, thrown: int, attempt: int) -> str:
    if attempt < _TRIES_BY_THREE:
        wheel = _following(2).get(("^^" + written)[-2:])
        # One letter in four follows one letter only: names by threes alone share more parts than real ones.
        if wheel is not None and thrown >> 20 & 3:
            return wheel[thrown % 1024]
    if attempt < _TRIES_BY_TWO:
        wheel = _following(1).get(("^" + written)[-1])
        if wheel is not None:
            return wheel[thrown % 1024]
    return "abcdefghijklmnopqrstuvwxyz"[thrown % 26]


def initials(key: bytes) -> dict[str, str]:
    """Which letter each first letter becomes: common ones change among common ones."""
    common, others = "abcdefghjklmnprstw", "ioquvxyz"
    found: dict[str, str] = {}
    for group in (common, others):
        found |= dict(zip(group, shuffled(key, group, "initials", group), strict=True))
    return found


def every(like: str) -> Iterator[str]:
    """All words of the length and the scripts of a short word, in order."""
    words = [""]
    for letter in like:
        words = [word + other for word in words for other in alphabet(letter)]
    yield from words
