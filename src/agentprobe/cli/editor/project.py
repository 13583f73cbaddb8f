"""A folder that an editor has open: its session, texts that are not saved, and what is told of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from threading import RLock

from pygls.workspace import PositionCodec

from agentprobe.basis.clock import RealClock
from agentprobe.cli.editor.positions import Lines
from agentprobe.config.scan_settings import scan_settings
from agentprobe.scan.baseline import Baseline
from agentprobe.scan.cache import home_of_cache
from agentprobe.scan.choosing import Told, chosen
from agentprobe.scan.engine import Scanned, Session
from agentprobe.scan.finding import Finding
from agentprobe.scan.fixing import fixes
from agentprobe.scan.rule import RULES
from agentprobe.scan.settings import ScanSettings

SETTINGS = ("agentprobe.toml", "pyproject.toml")


@dataclass(kw_only=True)
class OpenProject:
    """One folder and what is found in it; one scan runs at a time."""

    root: Path
    codec: PositionCodec = field(default_factory=PositionCodec)
    versions: dict[str, int | None] = field(default_factory=dict)
    """The open files and the versions of their texts, by path."""
    uris: dict[str, str] = field(default_factory=dict)
    """How the editor names the open files, by path."""
    told: Told | None = None

    def __post_init__(self) -> None:
        self.lock = RLock()
        self.settings = ScanSettings()
        self._texts: dict[str, bytes] = {}
        self.session = Session(
            root=self.root, rules=[rule() for rule in RULES], cache=home_of_cache(self.root), workers=1
        )

    def read_settings(self) -> None:
        """Take up what the project's settings say now; raises ConfigError."""
        self.settings = scan_settings(self.root)
        self.session.exclude = self.settings.exclude

    def opened(self, path: str, uri: str, version: int | None, text: str) -> None:
        """Take a text as the editor has it."""
        with self.lock:
            self.uris[path], self.versions[path] = uri, version
            self.session.overlays[path] = text.encode("utf-8", "surrogatepass")

    def closed(self, path: str) -> None:
        """Go back to what is saved."""
        with self.lock:
            self.session.overlays.pop(path, None)
            self.versions.pop(path, None)
            self.uris.pop(path, None)

    def scan(self) -> Told:
        """What is told of the project with its texts as they are."""
        with self.lock:
            self.told = self._chosen(self.session.scan())
            self._texts = dict(self.session.overlays)
            return self.told

    def fresh(self) -> Told:
        """What is told of the texts as they are now: of the last scan, or of another where it is too old."""
        with self.lock:
            return (
                self.told if self.told is not None and self._texts == self.session.overlays else self.scan()
            )

    def _chosen(self, scanned: Scanned) -> Told:
        known = self.root / self.settings.baseline if self.settings.baseline else None
        baseline = Baseline.read(known) if known is not None and known.exists() else Baseline()
        return chosen(scanned, self.settings, baseline, RealClock().date().date().isoformat())

    def mended(self, path: str, findings: Sequence[Finding]) -> bytes | None:
        """A file's text after all safe fixes; None where nothing changes."""
        with self.lock:
            fixed = fixes(self.session, findings, (), unsafe=False)
            return fixed.after.get(path) if set(fixed.after) <= {path} else None

    def lines(self, path: str) -> Lines:
        """A file's text by its positions; raises Unreadable."""
        return Lines(self.session.text(path), self.codec)

    def uri(self, path: str) -> str:
        """How the editor names a file."""
        return self.uris.get(path) or (self.root / path).as_uri()

    def name_of(self, file: Path) -> str | None:
        """A file's path from the root; None where it lies elsewhere."""
        try:
            return file.relative_to(self.root).as_posix()
        except ValueError:
            return None
