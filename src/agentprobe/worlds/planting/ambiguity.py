"""What an ambiguity is: a few rows around a target, and the questions that are asked of them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import ClassVar

from agentprobe.basis.catalogue import Catalogue
from agentprobe.worlds.planting.planted import Planted
from agentprobe.worlds.planting.stage import Stage
from agentprobe.worlds.tasks.spec import TaskSpec
from agentprobe.worlds.tasks.truth import Truth


class Ambiguity(ABC):
    """A way in which production's data misleads; its docstring is its page."""

    name: ClassVar[str]
    """The name of its file."""
    needs: ClassVar[tuple[str, ...]]
    """The parts and columns of the cast that it cannot do without, such as `people.city`."""

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        cls.name = cls.__module__.rpartition(".")[2]

    @abstractmethod
    def plant(self, stage: Stage) -> Planted:
        """Add the cluster's rows to a world; raises Unfit where its data does not allow it."""

    @abstractmethod
    def ask(self, planted: Planted, truth: Truth) -> Iterator[TaskSpec]:
        """The questions about the cluster, with what is right at the world's density."""


AMBIGUITIES: Catalogue[Ambiguity] = Catalogue(
    "agentprobe.worlds.ambiguity",
    Ambiguity,  # type: ignore[type-abstract]  # only its concrete subclasses are ever made
    "ambiguity",
)
