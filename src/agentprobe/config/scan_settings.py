"""The table [scan], read alone: a project can be scanned that has no agents to run yet."""

from __future__ import annotations

from pathlib import Path

from agentprobe.basis.lines import line_of
from agentprobe.basis.strict import Mistake, decode
from agentprobe.config.load import NAME, parsed, read_text
from agentprobe.errors import ConfigError
from agentprobe.scan.choosing import codes
from agentprobe.scan.settings import ScanSettings

_PYPROJECT = "pyproject.toml"


def scan_settings(root: Path, file: Path | None = None) -> ScanSettings:
    """What a project says of its scans: in the file named, or in agentprobe.toml or pyproject.toml."""
    if file is not None:
        return _read(file) or ScanSettings()
    for name in (NAME, _PYPROJECT):
        if (root / name).is_file():
            found = _read(root / name)
            if found is not None:
                return found
    return ScanSettings()


def _read(path: Path) -> ScanSettings | None:
    text = read_text(path)
    keys = ("tool", "agentprobe", "scan") if path.name == _PYPROJECT else ("scan",)
    data = parsed(text, path)
    for at, key in enumerate(keys):
        if key not in data:
            return None
        data = data[key]
        if not isinstance(data, dict):
            raise ConfigError(f"{path}: [{'.'.join(keys[: at + 1])}] is no table")
    try:
        settings = decode(data, ScanSettings)
    except Mistake as mistake:
        where = (*keys, *mistake.path)
        line = line_of(text, where)
        at_line = f", line {line}" if line is not None else ""
        raise ConfigError(f"{path}{at_line}: {mistake.text} (at {'.'.join(map(str, where))})") from mistake
    for name in ("select", "ignore"):
        codes(getattr(settings, name), f"{path}, [{'.'.join(keys)}] {name}")
    return settings
