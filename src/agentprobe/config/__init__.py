"""agentprobe.toml read into settings; what people write is read strictly."""

from agentprobe.config.load import NAME, load_settings
from agentprobe.config.settings import Settings

__all__ = ["NAME", "Settings", "load_settings"]
