"""The language server: what the editor says, turned into scans, and what is found, told back."""

from __future__ import annotations

import asyncio
from pathlib import Path

from lsprotocol import types
from pygls.lsp.server import LanguageServer
from pygls.uris import to_fs_path

from agentprobe.cli.editor.project import SETTINGS, OpenProject
from agentprobe.cli.editor.shown import diagnostics
from agentprobe.errors import AgentProbeError
from agentprobe.scan.finding import Finding
from agentprobe.scan.text import Unreadable


class EditorServer(LanguageServer):
    """Serves one editor over standard input and output."""

    def __init__(self, version: str) -> None:
        super().__init__("agentprobe", version)
        self._projects: dict[Path, OpenProject] = {}
        self._newest: dict[Path, int] = {}

    def project_of(self, uri: str) -> tuple[OpenProject, str] | None:
        """The open folder that a file lies in, and its path there; None for what is no file."""
        told = to_fs_path(uri)
        if told is None:
            return None
        file = Path(told)
        folders = [Path(path) for one in self.workspace.folders.values() if (path := to_fs_path(one.uri))]
        if not folders and self.workspace.root_path:
            folders = [Path(self.workspace.root_path)]
        around = [one for one in folders if file.is_relative_to(one)]
        root = max(around, key=lambda one: len(one.parts), default=file.parent)
        if root not in self._projects:
            self._projects[root] = OpenProject(root=root, codec=self.workspace.position_codec)
            self._read_settings(self._projects[root])
        project = self._projects[root]
        name = project.name_of(file)
        return (project, name) if name is not None else None

    def take(self, uri: str) -> OpenProject | None:
        """Take a text as it stands in the editor; the folder that it lies in."""
        found = self.project_of(uri)
        if found is None:
            return None
        project, path = found
        document = self.workspace.get_text_document(uri)
        project.opened(path, uri, document.version, document.source)
        return project

    def saved(self, uri: str) -> OpenProject | None:
        """A file was saved: settings are read again where it is one of theirs."""
        found = self.project_of(uri)
        if found is None:
            return None
        project, path = found
        if path in SETTINGS:
            self._read_settings(project)
        return project

    def _read_settings(self, project: OpenProject) -> None:
        try:
            project.read_settings()
        except AgentProbeError as error:
            self._say(str(error))

    async def tell(self, project: OpenProject, *, pause: float = 0.0) -> None:
        """Scan and tell what is found in open files, unless something newer is about to be."""
        mine = self._newest[project.root] = self._newest.get(project.root, 0) + 1
        if pause:
            await asyncio.sleep(pause)
        if mine != self._newest[project.root]:
            return
        try:
            told = await asyncio.to_thread(project.scan)
        except AgentProbeError as error:
            self._say(str(error))
            return
        if mine == self._newest[project.root]:
            for bug in told.scanned.broken:
                self._say(f"the rule {bug.rule} failed at {bug.path}: {bug.what}")
            for path in list(project.uris):
                self._publish(project, path)

    def _publish(self, project: OpenProject, path: str) -> None:
        told = project.told
        if told is None or path not in project.uris:
            return
        shown = diagnostics(
            [one for one in told.findings if one.place.path == path and not one.place.cell],
            [one for one in told.notices if one.place.path == path],
            project.lines(path),
            project.root,
        )
        self.text_document_publish_diagnostics(
            types.PublishDiagnosticsParams(
                uri=project.uris[path], version=project.versions.get(path), diagnostics=shown
            )
        )

    def close(self, uri: str) -> OpenProject | None:
        """Forget an unsaved text, and clear what was told of it."""
        found = self.project_of(uri)
        if found is None:
            return None
        project, path = found
        project.closed(path)
        self.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri=uri, diagnostics=[]))
        return project

    def under(self, uri: str, wanted: types.Range) -> tuple[OpenProject, str, list[Finding]] | None:
        """The findings that touch a range of an open file, in its text as it is now."""
        found = self.project_of(uri)
        if found is None:
            return None
        project, path = found
        try:
            told, lines = project.fresh(), project.lines(path)
        except (Unreadable, AgentProbeError):
            return None
        here = [one for one in told.findings if one.place.path == path and not one.place.cell]
        return project, path, [one for one in here if _touch(lines.range_of(one.place), wanted)]

    def _say(self, text: str) -> None:
        self.window_show_message(
            types.ShowMessageParams(type=types.MessageType.Warning, message=f"agentprobe: {text}")
        )


def _touch(one: types.Range, other: types.Range) -> bool:
    return one.start <= other.end and other.start <= one.end
