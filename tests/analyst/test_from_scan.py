"""What a scan shows of the six, made now or read from its JSON."""

from __future__ import annotations

from pathlib import Path

from agentprobe.analyst.analysis import Presence, Speaker
from agentprobe.analyst.deterministic import analyse
from agentprobe.analyst.from_scan import scanned
from agentprobe.analyst.material import Material
from agentprobe.report.json_scan import scan_json
from agentprobe.scan.engine import scan
from agentprobe.scan.severity import Mode

SWALLOWING = """
from openai import OpenAI

client = OpenAI()


def answer(question):
    try:
        done = client.chat.completions.create(
            model="gpt-4.1-2025-04-14", messages=[{"role": "user", "content": question}], temperature=0
        )
        return done.choices[0].message.content
    except Exception:
        return ""
"""


def test_a_swallowed_error_in_the_code_is_a_silent_failure(tmp_path: Path) -> None:
    (tmp_path / "agent.py").write_text(SWALLOWING)
    found = analyse(Material(scan=scanned(tmp_path))).of(Mode.API_LATENCY)
    assert found.present
    assert found.speakers == (Speaker.SCAN,)
    assert any(one.where.startswith("agent.py:") for one in found.evidence)
    assert found.steps[0].startswith("agentprobe chaos --only ")


def test_the_json_of_a_scan_says_the_same(tmp_path: Path) -> None:
    (tmp_path / "agent.py").write_text(SWALLOWING)
    done = scan(tmp_path, workers=1)
    file = tmp_path / "scan.json"
    file.write_bytes(scan_json(done.findings, done.skipped, files=done.files))
    read = analyse(Material(scan=scanned(file)))
    assert read.of(Mode.API_LATENCY).present
    assert read.of(Mode.RACE_CONDITION).presence is Presence.ABSENT


def test_code_that_calls_no_model_shows_nothing(tmp_path: Path) -> None:
    (tmp_path / "shoes.py").write_text("def price(shoe):\n    return shoe.price\n")
    analysis = analyse(Material(scan=scanned(tmp_path)))
    assert analysis.of(Mode.API_LATENCY).presence is Presence.NOT_OBSERVED


def test_a_retired_model_is_no_temperature(tmp_path: Path) -> None:
    pinned = SWALLOWING.replace("gpt-4.1-2025-04-14", "gpt-4-0314")
    (tmp_path / "agent.py").write_text(pinned)
    found = analyse(Material(scan=scanned(tmp_path))).of(Mode.TEMPERATURE_DRIFT)
    assert not found.present
    assert any("model-retired" in one.text for one in found.evidence)
