"""The guides that are nobody's floor: the answer we give to everybody, and payments of invoices and premium."""

from pathlib import Path

from tpa.foundation.x12.shelf import Shelf

OUTBOUND = Shelf({"005010X231A1": Path(__file__).parent / "999.txt"})
INBOUND = Shelf({"005010X218": Path(__file__).parent / "820.txt"})
