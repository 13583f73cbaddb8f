"""The ambiguity nickname: who looks for one form of the name finds somebody else."""

from __future__ import annotations

from tests.worlds.ambiguity.conftest import Town


def test_whoever_searches_the_short_form_alone_finds_the_wrong_person(at: Town) -> None:
    target, namesake = at.planted["nickname"].people[:2]
    assert namesake.given != target.given
    found = [row for row in at.named(namesake) if row["city"] == target.city]
    assert found
    assert target.key not in {row["customer_id"] for row in found}
    task = "nickname-with-birthday"
    assert at.passes(task, f"The phone number is {target.phone}.")
    assert not at.passes(task, f"The phone number is {found[0]['phone']}.")


def test_without_the_birthday_nobody_can_know_who_is_meant(at: Town) -> None:
    assert at.passes("nickname-name-and-town", "I found several people. Which one do you mean?")
    assert not at.passes("nickname-name-and-town", f"It is {at.planted['nickname'].people[1].phone}.")
