"""The implementation guides of claims, as data, and the shelf they are found on."""

from pathlib import Path

from tpa.foundation.x12.shelf import Shelf

_HERE = Path(__file__).parent

# What providers may send us. X223A2/X224A2 and their later errata differ in nothing that is checked here.
INBOUND = Shelf(
    {
        "005010X222A1": _HERE / "837P.txt",
        "005010X222A2": _HERE / "837P.txt",
        "005010X223A2": _HERE / "837I.txt",
        "005010X223A3": _HERE / "837I.txt",
        "005010X224A2": _HERE / "837D.txt",
        "005010X224A3": _HERE / "837D.txt",
    }
)

# What prior payers tell us of claims that we pay after them.
PRIOR_PAYERS = Shelf({"005010X221A1": _HERE / "835.txt"})

# What we send, to check ourselves.
OUTBOUND = Shelf({"005010X221A1": _HERE / "835.txt", "005010X214": _HERE / "277CA.txt"})
