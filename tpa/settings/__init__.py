"""The settings of every process: what the house is made of (`base`) and how it is locked (`security`)."""

from tpa.settings.base import *  # noqa: F403

try:
    from tpa.settings.security import *  # noqa: F403
except ModuleNotFoundError as missing:
    if missing.name != "tpa.settings.security":
        raise
