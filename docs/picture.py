"""Takes the density curve out of a report and makes it a picture that stands alone, in light and dark.

Run: python docs/picture.py agentprobe-demo/.agentprobe/runs/NAME/report.html
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

LIGHT = re.compile(r":root \{(.*?)\}", re.DOTALL)
VARIABLE = re.compile(r"--(?:ink|muted|line|card|series-\d): [^;]+;")


def picture(report: str) -> str:
    """The SVG of a report with the colours that it needs, taken from the report's own style."""
    svg = report[report.index("<svg ") : report.index("</svg>") + len("</svg>")]
    light, dark = (" ".join(VARIABLE.findall(block)) for block in LIGHT.findall(report)[:2])
    style = (
        f"<style>svg {{ {light} background: var(--card); }} "
        f"@media (prefers-color-scheme: dark) {{ svg {{ {dark} }} }}</style>"
    )
    return re.sub(r"(<svg [^>]*>)", rf"\1{style}", svg, count=1) + "\n"


if __name__ == "__main__":
    Path(__file__).with_name("density.svg").write_text(picture(Path(sys.argv[1]).read_text()))
