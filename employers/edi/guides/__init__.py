"""The implementation guide of enrollment, as data, and the shelf it is found on."""

from pathlib import Path

from tpa.foundation.x12.shelf import Shelf

INBOUND = Shelf({"005010X220A1": Path(__file__).parent / "834.txt"})
