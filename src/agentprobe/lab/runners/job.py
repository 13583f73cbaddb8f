"""One run as it is handed to a worker process."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from agentprobe.adapters.orders import Orders
from agentprobe.domain.evidence import Run
from agentprobe.lab.settings import TraceSettings
from agentprobe.lab.worlds import World


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A run, where its world comes from and where its trace goes."""

    run: Run
    task_digest: str
    world: World | None
    book: Path
    trace: Path
    model_seed: int | None = None
    """What decides a simulated model's answers; the run's own seed when left out."""

    @property
    def answers_seed(self) -> int:
        """The seed of a simulated model's answers."""
        return self.run.seed if self.model_seed is None else self.model_seed

    @property
    def work(self) -> Path:
        """The run's own folder, gone when it is done."""
        return self.book / "work" / self.run.key

    @property
    def own_world(self) -> Path | None:
        """The run's own copy of the world."""
        return self.work / "world" if self.world is not None else None

    @property
    def output(self) -> Path:
        """What the agent printed, but for the file's ending."""
        return self.book / "output" / self.run.key

    @property
    def outputs(self) -> tuple[Path, ...]:
        """Where it is: all that a callable printed, and both streams of a command."""
        return tuple(self.output.with_suffix(ending) for ending in (".log", ".out", ".err"))

    def orders(
        self,
        rules: TraceSettings,
        *,
        virtual: bool,
        simulated: bool,
        traced: bool = True,
        fast: bool = False,
        label: bool = True,
        reads: tuple[str, ...] = (),
    ) -> Orders:
        """The session that this run is; `fast` lets SDKs ask again at once; `reads` name what only reads."""
        run = self.run
        return Orders(
            id=run.key,
            seed=run.seed,
            trace=self.trace if traced else None,
            fast_retries=fast,
            told_tools=traced,
            label=label,
            reads=reads,
            schedule=run.regime.schedule,
            virtual=virtual,
            simulated=simulated,
            agent={"name": run.agent, "task": run.task},
            redact=rules.redact,
            redact_keys=rules.redact_keys,
            content=rules.content,
            largest_body=rules.largest_body_bytes,
        )
