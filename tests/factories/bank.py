"""What a bank sends back: a file of returns and notifications of change, written by hand from the published layout."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass
class Back:
    """One entry: a code, the trace it is about, what it moved, where it went; corrected data for a change."""

    code: str
    trace: str
    cents: int = 0
    bank: str = "02100008"
    account: str = "770001"
    corrected: str = ""
    name: str = "RIVERBEND CLINIC"


def return_file(entries: Sequence[Back], *, made: str = "2603161015", end: bool = True) -> bytes:
    """Each entry in a batch of its own kind, controls that count and add up."""
    records = ["101 122000030 021000089" + made + "A094101" + f"{'STEWARD':23}" + f"{'FED':23}" + " " * 8]
    count = hashed = total = batches = 0
    for sec, chosen in (
        ("CCD", [one for one in entries if one.code[0] == "R"]),
        ("COR", [one for one in entries if one.code[0] == "C"]),
    ):
        if not chosen:
            continue
        batches += 1
        records.append(
            "5200"
            f"{'STEWARD':16}" + " " * 20 + "1987654320" + sec + "HCCLAIMPMT260312260313   102100008" + f"{batches:07d}"
        )
        for number, one in enumerate(chosen, 1):
            own = "02100008" + f"{number:07d}"
            records.append(
                "621122000030" + f"{one.account:17}{one.cents:010d}" + " " * 15 + f"{one.name:22}" + "  1" + own
            )
            kind = "99" if sec == "CCD" else "98"
            said = f"{one.corrected:29}" + " " * 15 if sec == "COR" else " " * 44
            records.append("7" + kind + one.code + f"{one.trace:15}" + " " * 6 + one.bank + said + own)
            count, hashed, total = count + 2, hashed + 12200003, total + one.cents
        records.append(
            f"8200{2 * len(chosen):06d}{12200003 * len(chosen):010d}{0:012d}{sum(one.cents for one in chosen):012d}"
        )
    if end:
        records.append(f"9{batches:06d}{1:06d}{count:08d}{hashed % 10**10:010d}{0:012d}{total:012d}")
    return "".join(f"{record:94}\n" for record in records).encode()
