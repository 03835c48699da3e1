"""Files in the layouts in which CMS publishes edits, with rows of our own."""

from __future__ import annotations

from pathlib import Path

NOTICE = "CPT only copyright 2025 American Medical Association.  All rights reserved.\r\n"
PAIRS_HEADER = (
    "Column1/Column2 Edits\r\n"
    "Column 1\tColumn 2\t*=in existence\tEffective\tDeletion\tModifier\tPTP Edit Rationale\r\n"
    "\t\tprior to 1996\tDate\tDate\t0=not allowed\t\r\n"
    "\t\t\t\t*=no data\t1=allowed\t\r\n"
    "\t\t\t\t\t9=not applicable\t\r\n"
)
UNITS_HEADER = '"HCPCS/\nCPT Code",{table} MUE Values,MUE Adjudication Indicator,MUE Rationale\r\n'
ADD_ON_HEADER = (
    "Add-On_Code\tPrimary_Code\tAOC_Edit_Type\tAOC_Edit_EFF_DT (Julian)\tAOC_Edit_DEL_DT (Julian)\t"
    "AOC_Del_DT (Julian)\tPrimary_Code_Del_DT (Julian)\tSpecial_Instruction/Notes\r\n"
)


def pairs_file(folder: Path, rows: list[str], name: str = "ccipra-v320r0-f1.TXT") -> Path:
    """Rows as in `29881 29870 20200101 * 0`."""
    path = folder / name
    lines = []
    for row in rows:
        one, two, *rest = row.split()
        lines.append("\t".join((one, two, "", *rest, "Standards of medical / surgical practice")))
    path.write_text(NOTICE + PAIRS_HEADER + "\r\n".join(lines) + "\r\n", newline="")
    return path


def units_file(
    folder: Path,
    rows: list[str],
    table: str = "Practitioner Services",
    name: str = "MCR_MUE_PractitionerServices_Eff_01-01-2026.csv",
) -> Path:
    """Rows as in `97110,6,3 Date of Service Edit: Clinical,Clinical: Data`."""
    path = folder / name
    path.write_text(f'"{NOTICE.strip()}",,,\r\n' + UNITS_HEADER.format(table=table) + "\r\n".join(rows), newline="")
    return path


def add_on_file(folder: Path, rows: list[str], name: str = "AOC_V2026Q1-MCR.txt") -> Path:
    """Rows as in `64461 64447 1 2016001 - - -`, where - is an empty cell."""
    path = folder / name
    cells = [[("" if cell == "-" else cell) for cell in row.split()] for row in rows]
    path.write_text(NOTICE + ADD_ON_HEADER + "\r\n".join("\t".join([*row, ""]) for row in cells), newline="")
    return path
