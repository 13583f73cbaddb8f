"""Every word's pseudonym, ready to be written: with the word's capitals, accents and apostrophes."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection

from agentprobe.worlds.sanitise.words.chance import digits
from agentprobe.worlds.sanitise.words.letters import WORD, plain, rewritten
from agentprobe.worlds.sanitise.words.lexicon import RESERVED, parted
from agentprobe.worlds.sanitise.words.model import initials, spelt
from agentprobe.worlds.sanitise.words.public import JUNK

DIGITS = re.compile(r"\d+")
_SIGNS = " .,_-"
"""What may stand behind a word that is a piece by itself."""
_TRIES = 40


class Book:
    """What words and digits become; words that the lexicon did not have get letters of their own."""

    def __init__(self, key: bytes, images: dict[str, str]) -> None:
        self._key = key
        self._images = images
        self._taken = frozenset(images.values())
        self._first = initials(key)

    def __contains__(self, word: str) -> bool:
        return word in self._images

    def letters(self, word: str) -> str:
        """The pseudonym of a plain word."""
        found = self._images.get(word)
        if found is not None:
            return found
        for attempt in range(_TRIES):
            head = self._first.get(word[0], "")
            found = head + spelt(self._key, word[len(head) :], "unseen", word, before=head, attempt=attempt)
            if (
                found != word
                and found not in self._images
                and found not in RESERVED
                and found not in self._taken
            ):
                break
        assert found is not None
        return found

    def word(self, word: str) -> str:
        """What stands instead of a word, in its own spelling."""
        stem, ending = parted(word)
        return rewritten(stem, self.letters(plain(stem))) + ending

    def digits(self, run: str) -> str:
        """What stands instead of a run of digits; in its own script."""
        if run.isascii():
            return digits(self._key, run)
        mapped = digits(self._key, "".join(str(int(digit)) for digit in run))
        return "".join(chr(ord(old) - int(old) + int(new)) for old, new in zip(run, mapped, strict=True))

    def all_but(
        self, kept: Collection[str], text: str, *, numbers: Callable[[str], str] | None = None
    ) -> str:
        """A text with every word replaced but those, and every run of digits."""
        core = text.rstrip(_SIGNS)
        if core.isascii() and core.isalpha():  # one word, as most texts are that come here
            key = core.lower()
            stays = key in kept or key in JUNK
            return text if stays else rewritten(core, self.letters(key)) + text[len(core) :]

        def instead(found: re.Match[str]) -> str:
            word = found.group()
            key = plain(word)
            return word if key in kept or key in JUNK else self.word(word)

        text = WORD.sub(instead, text)
        if DIGITS.search(text):
            change = numbers or self.digits
            text = DIGITS.sub(lambda found: change(found.group()), text)
        return text
