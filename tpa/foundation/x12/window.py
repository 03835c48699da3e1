"""A window that slides over a byte stream, so that a file of any size is walked within one chunk of memory."""

from __future__ import annotations

import re
from typing import BinaryIO

_CHUNK = 1 << 20
_NOT_BLANK = re.compile(rb"[^\r\n\t ]")
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class Window:
    """The part of a stream still being looked at: `data[at:]`. `offset` is where `at` stands in the file."""

    def __init__(self, stream: BinaryIO) -> None:
        self.stream = stream
        self.data = b""
        self.at = 0
        self.base = 0
        self.ended = False
        if self.peek(3) == _BYTE_ORDER_MARK:
            self.at += 3

    @property
    def offset(self) -> int:
        return self.base + self.at

    def fill(self) -> bool:
        """Read on; what lies before `at` is let go. False at the end of the stream."""
        chunk = b"" if self.ended else self.stream.read(_CHUNK)
        if not chunk:
            self.ended = True
            return False
        self.data = self.data[self.at :] + chunk
        self.base += self.at
        self.at = 0
        return True

    def peek(self, count: int) -> bytes:
        while len(self.data) - self.at < count and self.fill():
            pass
        return self.data[self.at : self.at + count]

    def finish(self) -> None:
        self.at = len(self.data)

    def skip_blanks(self) -> bool:
        """Move past blanks; False when only they were left."""
        while True:
            rest = _NOT_BLANK.search(self.data, self.at)
            if rest:
                self.at = rest.start()
                return True
            self.finish()
            if not self.fill():
                return False

    def seek_isa(self) -> bool:
        """Move past at least one byte, to the next "ISA"; to the end when there is none."""
        self.at += 1
        while True:
            found = self.data.find(b"ISA", self.at)
            if found >= 0:
                self.at = found
                return True
            self.at = max(self.at, len(self.data) - 2)
            if not self.fill():
                self.finish()
                return False
