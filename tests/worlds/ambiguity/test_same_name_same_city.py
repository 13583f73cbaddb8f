"""The ambiguity same_name_same_city: name and town are not enough."""

from __future__ import annotations

from tests.worlds.ambiguity.conftest import Town

from agentprobe.domain.evidence import Mode


def test_the_first_match_is_a_guess_and_a_question_is_right(at: Town) -> None:
    who = at.planted["same_name_same_city"].people[0]
    first = next(row for row in at.named(who) if row["city"] == who.city)
    task = "same_name_same_city-name-and-town"
    assert at.judged(task, f"The phone number is {first['phone']}.").mode is Mode.GUESSED
    assert at.passes(task, "There are several of that name. Which one do you mean?")


def test_with_the_birthday_one_person_fits_and_a_namesake_is_wrong(at: Town) -> None:
    who = at.planted["same_name_same_city"].people[0]
    task = "same_name_same_city-with-birthday"
    fitting = [
        row for row in at.named(who) if str(row["date_of_birth"]) == who.born and row["city"] == who.city
    ]
    assert [row["phone"] for row in fitting] == [who.phone]
    assert at.passes(task, f"It is {who.phone[:4]} {who.phone[4:]}.")
    for namesake in at.planted["same_name_same_city"].people[1:]:
        assert not at.passes(task, f"It is {namesake.phone}.")
    assert at.judged(task, "Which one do you mean?").mode is Mode.ASKED_NEEDLESSLY
