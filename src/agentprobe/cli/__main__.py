"""`python -m agentprobe.cli` does what `agentprobe` does."""

import sys

from agentprobe.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
