"""Tasks that test nothing are found, with the numbers that say so and what would help."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from tests.trace.conftest import Telling
from tests.worlds.planting.town import town

from agentprobe.domain.task import Task
from agentprobe.errors import FixtureError
from agentprobe.trace.view import Trace
from agentprobe.worlds.check import TaskCheck, Weight, check
from agentprobe.worlds.folder import WorldFolder
from agentprobe.worlds.planting.plant import plant
from agentprobe.worlds.tasks import make
from agentprobe.worlds.tasks.making import make_tasks

PEOPLE = (
    ("1", "Ada", "Hartwell", "York", "1980-04-03", "ada@x.org"),
    ("2", "Bo", "Quimby", "Leeds", "1990-05-06", "bo@x.org"),
    ("3", "Cy", "Smith", "Bath", "1970-07-08", "cy@x.org"),
)
NAMESAKE = ("4", "Dee", "Hartwell", "Derby", "1960-02-02", "dee@x.org")
NEARLY = ("4", "Dee", "Hartwel", "Derby", "1960-02-02", "dee@x.org")


def shop(folder: Path, *more: tuple[str, ...], statuses: tuple[str, ...] = ("active", "closed")) -> Path:
    """A user's own world: one SQLite file with customers, tickets, documents and bookings."""
    folder.mkdir()
    with closing(sqlite3.connect(folder / "shop.sqlite")) as database:
        database.executescript(
            """CREATE TABLE customers (customer_id TEXT PRIMARY KEY, given_name TEXT, surname TEXT, city TEXT,
                date_of_birth TEXT, email TEXT);
            CREATE TABLE tickets (ticket_id INTEGER PRIMARY KEY, customer_id TEXT, status TEXT, opened TEXT);
            CREATE TABLE bookings (booking_id INTEGER PRIMARY KEY, day TEXT, hour TEXT);
            CREATE TABLE articles (article_id INTEGER PRIMARY KEY, title TEXT, body TEXT);"""
        )
        database.executemany("INSERT INTO customers VALUES (?, ?, ?, ?, ?, ?)", (*PEOPLE, *more))
        rows = [(place, "1", word, "2026-01-02") for place, word in enumerate(statuses * 2)]
        database.executemany("INSERT INTO tickets VALUES (?, ?, ?, ?)", rows)
        database.execute("INSERT INTO bookings VALUES (1, '2026-02-03', '10:00')")
        database.executemany(
            "INSERT INTO articles VALUES (?, ?, ?)",
            [
                (
                    1,
                    "Returning goods",
                    "Goods that were bought here can be returned within thirty days of purchase.",
                ),
                (
                    2,
                    "Our kitchens",
                    "The canteen serves soup on weekdays from noon until two in the afternoon.",
                ),
            ],
        )
        database.commit()
    return folder


def checked(folder: Path, prompt: str, **more: object) -> TaskCheck:
    (found,) = check([Task(id="t", prompt=prompt, **more)], folder)  # type: ignore[arg-type]  # a task's own fields
    return found


def test_a_person_without_a_neighbour_tests_nothing(tmp_path: Path) -> None:
    found = checked(shop(tmp_path / "w"), "What is the e-mail of customer Ada Hartwell from York?")
    assert found.weight is Weight.NOTHING
    (finding,) = found.findings
    assert (finding.fits, finding.loosest, finding.near) == (1, 1, 0)
    assert "nickname" in found.add


@pytest.mark.parametrize(("neighbour", "loosest", "near"), [(NAMESAKE, 2, 0), (NEARLY, 1, 1)])
def test_one_neighbour_makes_it_a_test(
    tmp_path: Path, neighbour: tuple[str, ...], loosest: int, near: int
) -> None:
    found = checked(shop(tmp_path / "w", neighbour), "What is the e-mail of customer Ada Hartwell from York?")
    assert found.weight is Weight.SOMETHING
    (finding,) = found.findings
    assert (finding.fits, finding.loosest, finding.near) == (1, loosest, near)
    assert found.advice == ""


def test_a_possessive_a_birthday_in_words_and_small_letters_are_understood(tmp_path: Path) -> None:
    folder = shop(tmp_path / "w", NAMESAKE)
    (finding,) = checked(folder, "Change Hartwell's e-mail (born 3 April 1980), please.").findings
    assert (finding.fits, finding.loosest) == (1, 2)
    assert checked(folder, "Who is the smith of our town?").weight is Weight.UNKNOWN


def test_a_status_whose_negation_gives_the_same_tests_nothing(tmp_path: Path) -> None:
    prompt = "How many tickets are active?"
    found = checked(shop(tmp_path / "w"), prompt)
    assert found.weight is Weight.NOTHING
    assert "rows with other words for closed" in found.advice
    dirty = shop(tmp_path / "dirty", statuses=("active", "closed", "on hold", "Active"))
    assert checked(dirty, prompt).weight is Weight.SOMETHING


def test_a_document_without_a_second_best_tests_nothing(tmp_path: Path) -> None:
    prompt = "Within how many days can goods be returned that were bought here?"
    found = checked(shop(tmp_path / "w"), prompt)
    assert found.weight is Weight.NOTHING
    assert found.findings[0].margin is not None
    assert found.findings[0].margin > 0.08
    rival = shop(tmp_path / "rival")
    with closing(sqlite3.connect(rival / "shop.sqlite")) as database:
        said = "Goods that were bought here can be returned within sixty days of purchase."
        database.execute("INSERT INTO articles VALUES (3, 'Returning goods', ?)", (said,))
        database.commit()
    assert checked(rival, prompt).weight is Weight.SOMETHING


def test_a_slot_on_an_empty_day_tests_nothing(tmp_path: Path) -> None:
    folder = shop(tmp_path / "w")
    empty = checked(folder, "Book a visit on 2026-02-04.")
    assert (empty.weight, empty.findings[0].fits) == (Weight.NOTHING, 0)
    assert checked(folder, "Book a visit on 3 February 2026.").weight is Weight.SOMETHING


def test_a_question_that_must_be_asked_back_or_left_open_is_always_a_test(tmp_path: Path) -> None:
    folder = shop(tmp_path / "w")
    prompt = "What is the e-mail of customer Ada Hartwell from York?"
    assert checked(folder, prompt, asks_back=True).weight is Weight.SOMETHING
    assert checked(folder, prompt, unknowable=True).weight is Weight.SOMETHING


def test_what_is_not_found_in_the_world_is_not_judged(tmp_path: Path) -> None:
    found = checked(shop(tmp_path / "w"), "Sing me a song.")
    assert (found.weight, found.advice) == (Weight.UNKNOWN, "")
    assert found.said == "nothing that it says was found in the world"


def traced(folder: Path, *results: object) -> Trace:
    telling = Telling(folder / "t.jsonl")
    for result in results:
        telling.tool("find", result, query="x")
    return telling.ended()


def test_searches_that_found_one_row_each_taught_nothing(tmp_path: Path) -> None:
    folder = shop(tmp_path / "w")
    task = Task(id="t", prompt="Sing me a song.")
    lonely = traced(tmp_path, {"total": 1, "rows": [{"a": 1}]}, "[]", "no list at all")
    (found,) = check([task], folder, traces={"t": [lonely]})
    assert found.weight is Weight.NOTHING
    (tmp_path / "more").mkdir()
    crowded = traced(tmp_path / "more", '{"total": 12, "rows": [1]}')
    (found,) = check([task], folder, traces={"t": [lonely, crowded]})
    assert (found.weight, found.findings[-1].loosest) == (Weight.SOMETHING, 12)


def test_a_planted_worlds_own_tasks_are_tests(tmp_path: Path) -> None:
    world = town(tmp_path / "w", 10)
    plant(world, seed=7)
    make_tasks(WorldFolder(world.path), ["find_one", "update_right_record"])
    tasks = [task for task in make(world.path, 10) if "-" in task.id and "_" in task.id.split("-")[0]]
    found = check(tasks, world.path)
    planted = [one for one in found if not one.task.startswith(("find_one", "update_right_record"))]
    assert len(planted) >= 14
    assert [one.task for one in planted if one.weight is not Weight.SOMETHING] == []


def test_a_folder_without_tables_is_said(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("nothing")
    with pytest.raises(FixtureError, match="holds no table"):
        check([], tmp_path)
