"""The settings of every process: what the house is made of (`base`), how it is locked (`security`), its API (`api`) and
whose it is (`organisation`)."""

from tpa.settings.api import *  # noqa: F403
from tpa.settings.base import *  # noqa: F403
from tpa.settings.organisation import *  # noqa: F403
from tpa.settings.security import *  # noqa: F403
