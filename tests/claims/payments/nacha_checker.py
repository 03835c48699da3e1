"""Reads an ACH file by position and says whether its controls hold. Knows the published layouts and nothing of ours."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class ReadEntry:
    """An entry with its addenda, as they stand there."""

    kind: str
    batch: int
    code: str
    routing: str
    account: str
    cents: int
    number: str
    name: str
    trace: str
    addenda: list[str] = field(default_factory=list)


def check_digit(first_eight: str) -> str:
    weights = (3, 7, 1, 3, 7, 1, 3, 7)
    return str(-sum(weight * int(digit) for weight, digit in zip(weights, first_eight, strict=True)) % 10)


def read_checked(data: bytes) -> list[ReadEntry]:
    """The entries of a file whose blocking, order, counts, hashes and totals are as they must be; asserts all of it."""
    lines = data.decode("ascii").split("\r\n")
    assert lines.pop() == ""
    assert all(len(line) == 94 for line in lines)
    assert len(lines) % 10 == 0
    filled = [line for line in lines if line == "9" * 94]
    records = lines[: len(lines) - len(filled)]
    assert len(filled) < 10
    assert records[0][:3] == "101"
    assert records[0][3] == " "
    assert records[0][33] in "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
    assert records[0][34:40] == "094101"
    assert check_digit(records[0][4:12]) == records[0][12]
    entries: list[ReadEntry] = []
    state = "file"
    batches = lines_counted = hashed = debits = credits_ = 0
    batch: list[ReadEntry] = []
    for record in records[1:-1]:
        match record[0]:
            case "5":
                assert state == "file"
                state, header, batch = "batch", record, []
                batches += 1
                assert record[1:4] == "220"
                assert int(record[87:94]) == batches
                assert record[78] == "1"
            case "6":
                assert state == "batch"
                assert record[1:3] in ("22", "23", "32", "33")
                assert check_digit(record[3:11]) == record[11]
                batch.append(
                    ReadEntry(
                        header[50:53],
                        batches,
                        record[1:3],
                        record[3:12],
                        record[12:29].strip(),
                        int(record[29:39]),
                        record[39:54].strip(),
                        record[54:76].strip(),
                        record[79:94],
                    )
                )
                assert record[79:87] == header[79:87]
                assert record[78] in "01"
                wants = record[78] == "1"
                assert wants == (record[1:3] in ("22", "32"))
            case "7":
                entry = batch[-1]
                entry.addenda.append(record[3:83].rstrip())
                assert record[1:3] == "05"
                assert int(record[83:87]) == len(entry.addenda)
                assert record[87:94] == entry.trace[8:]
            case "8":
                assert state == "batch"
                state = "file"
                count = len(batch) + sum(len(entry.addenda) for entry in batch)
                total = sum(entry.cents for entry in batch)
                routings = sum(int(entry.routing[:8]) for entry in batch)
                assert int(record[4:10]) == count
                assert record[10:20] == str(routings).zfill(10)[-10:]
                assert int(record[20:32]) == 0
                assert int(record[32:44]) == total
                assert record[44:54] == header[40:50]
                assert record[79:94] == header[79:94]
                traces = [entry.trace for entry in batch]
                assert traces == sorted(set(traces))
                assert all(len(entry.addenda) == (entry.code in ("22", "32")) for entry in batch)
                entries += batch
                lines_counted, hashed, credits_ = lines_counted + count, hashed + routings, credits_ + total
            case other:
                raise AssertionError(other)
    end = records[-1]
    assert state == "file"
    assert end[0] == "9"
    assert int(end[1:7]) == batches
    assert int(end[7:13]) == len(lines) // 10
    assert int(end[13:21]) == lines_counted
    assert end[21:31] == str(hashed).zfill(10)[-10:]
    assert int(end[31:43]) == debits
    assert int(end[43:55]) == credits_
    assert end[55:] == " " * 39
    return entries
