"""What a family of tasks is: one kind of question, asked of the rows at a world's heart."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import ClassVar

from agentprobe.basis.catalogue import Catalogue
from agentprobe.worlds.planting.stage import Stage
from agentprobe.worlds.tasks.spec import TaskSpec
from agentprobe.worlds.tasks.truth import Truth


class Family(ABC):
    """A kind of question that needs nothing planted: the world's own density makes it hard."""

    name: ClassVar[str]
    """The name of its file."""
    needs: ClassVar[tuple[str, ...]]
    """The parts and columns of the cast that it cannot do without."""

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        cls.name = cls.__module__.rpartition(".")[2]

    @abstractmethod
    def ask(self, stage: Stage, truth: Truth) -> Iterator[TaskSpec]:
        """Questions about rows that are there at every density, with what is right at this one."""


FAMILIES: Catalogue[Family] = Catalogue(
    "agentprobe.worlds.tasks.families",
    Family,  # type: ignore[type-abstract]  # only its concrete subclasses are ever made
    "family of tasks",
)
