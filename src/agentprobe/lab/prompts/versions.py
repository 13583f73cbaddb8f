"""The versions of a project's prompts that can be compared: as is, as locked, at a revision, in a file."""

from __future__ import annotations

import io
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from agentprobe.errors import ConfigError
from agentprobe.scan.prompts.collect import collect
from agentprobe.scan.prompts.lock import NAME, read_lock
from agentprobe.scan.prompts.prompt import Prompt, evened

AS_IT_IS = "."
AS_LOCKED = "lock"


@dataclass(frozen=True, kw_only=True)
class Version:
    """The prompts of one side."""

    name: str
    """As the user has named it."""
    texts: Mapping[str, str]
    """By the prompts' names."""
    tree: Path | None = None
    """The files that the texts were read from, where they are those of a revision."""


@contextmanager
def version(name: str, project: Path, prompt: str | None) -> Iterator[Version]:
    """One side as the user names it; `prompt` says whose text a file is.

    Raises ConfigError for what is neither `.`, `lock`, a file nor a revision.
    """
    if name == AS_IT_IS:
        yield Version(name=name, texts=_texts(collect(project).prompts))
    elif name == AS_LOCKED:
        yield Version(name=name, texts={one.id: one.text for one in read_lock(project / NAME).entries})
    elif Path(name).is_file():
        if prompt is None:
            raise ConfigError(
                f"whose text is {name}? name the prompt with --prompt; see: agentprobe prompts show"
            )
        yield Version(name=name, texts={prompt: evened(Path(name).read_text(encoding="utf-8"))})
    else:
        with tempfile.TemporaryDirectory(prefix="agentprobe-revision-") as folder:
            tree = Path(folder).resolve()
            _check_out(name, project, tree)
            yield Version(name=name, texts=_texts(collect(tree).prompts), tree=tree)


def _texts(prompts: tuple[Prompt, ...]) -> dict[str, str]:
    return {one.id: one.text for one in prompts}


def _check_out(revision: str, project: Path, into: Path) -> None:
    """Write the project's files at a revision into a folder; the project's own are not touched."""
    if revision.startswith("-"):
        raise ConfigError(f"'{revision}' is no revision")
    command = ["git", "-C", str(project), "archive", "--format=tar", revision, "--", "."]
    try:
        told = subprocess.run(command, capture_output=True, check=True, timeout=120)
    except FileNotFoundError:
        raise ConfigError("git is not installed, so that no revision can be read") from None
    except subprocess.SubprocessError as error:
        said = (getattr(error, "stderr", b"") or b"").decode(errors="replace").strip().partition("\n")[0]
        raise ConfigError(
            f"'{revision}' is neither a file nor a revision of {project} ({said}); . is the project as it "
            "is, lock is what agentprobe.lock holds"
        ) from error
    with tarfile.open(fileobj=io.BytesIO(told.stdout)) as archive:
        archive.extractall(into, filter="data")
