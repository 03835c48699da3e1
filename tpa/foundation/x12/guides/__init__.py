"""The guide of the answer we give to everybody, to check ourselves with."""

from pathlib import Path

from tpa.foundation.x12.shelf import Shelf

OUTBOUND = Shelf({"005010X231A1": Path(__file__).parent / "999.txt"})
