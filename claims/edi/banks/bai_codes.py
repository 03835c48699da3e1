"""The type codes of BAI2: whether money came or went, and what it was, in words of our own. Plain.

Numbers are those of the "Cash Management Balance Reporting Specifications, Version 2" (BAI, 2005), appendix A, as
banks' guides repeat them. Codes of 101 to 399 are credits, of 401 to 699 debits; 920 to 959 and 960 to 999
are the bank's own.
"""

from __future__ import annotations

from typing import Final

OPENING_LEDGER: Final = "010"
CLOSING_LEDGER: Final = "015"
TOTAL_CREDITS: Final = "100"
TOTAL_DEBITS: Final = "400"
NO_MONEY: Final = "890"

_KINDS: Final[dict[str, str]] = {
    code: kind
    for kind, codes in (
        ("deposit", "108 115 116 121 171 173 174 175 176 184 301 342 353 366 391 399"),
        (
            "ach",
            "122 142 143 145 155 156 164 165 166 169 421 422 435 445 447 451 452 455 462 464 466 469",
        ),
        ("check", "472 474 475 484 581 597"),
        ("wire", "191 195 208 216 491 493 495 508 516"),
        ("transfer", "201 206 274 275 277 501 506 574 575 577"),
        ("returned", "123 168 255 257 261 266 268 395 423 468 555 557 561 566 568 694"),
        ("correction", "118 172 189 196 252 254 258 278 357 372 496 552 554 558 578 631 672 695"),
        ("fee", "398 477 564 567 661 698"),
        ("interest", "242 346 354 359 654 659"),
    )
    for code in codes.split()
}
_WORDS: Final[dict[str, str]] = {
    "115": "lockbox deposit",
    "142": "ACH credit",
    "165": "preauthorized ACH credit",
    "166": "ACH settlement",
    "169": "other ACH credit",
    "175": "checks deposited",
    "195": "wire in",
    "206": "book transfer in",
    "252": "debit reversed",
    "254": "posting corrected",
    "255": "check returned after posting",
    "257": "ACH credit returned",
    "266": "item returned",
    "275": "zero-balance transfer in",
    "301": "deposit",
    "354": "interest",
    "357": "adjustment in our favour",
    "398": "fee refunded",
    "399": "other credit",
    "447": "ACH funding",
    "451": "ACH debit",
    "455": "preauthorized ACH debit",
    "466": "ACH settlement",
    "469": "other ACH debit",
    "475": "check paid",
    "495": "wire out",
    "506": "book transfer out",
    "554": "posting corrected",
    "555": "deposited item returned",
    "557": "ACH debit returned",
    "564": "overdraft fee",
    "567": "fee for a returned item",
    "575": "zero-balance transfer out",
    "631": "adjustment against us",
    "654": "interest charged",
    "661": "account analysis fee",
    "698": "fee",
    "699": "other debit",
}


def sign_of(code: str) -> int:
    """1 for credits, -1 for debits, 0 for a code that moves no money of a deposit account (balances, totals, loans)."""
    number = int(code)
    if 101 <= number <= 399 or 920 <= number <= 959:
        return 1
    if 401 <= number <= 699 or 960 <= number <= 999:
        return -1
    return 0


def kind_of(code: str) -> str:
    """What a movement is, as `statement.KINDS`."""
    return _KINDS.get(code, "other")


def words_of(code: str) -> str:
    """The code in words; empty for one that needs none of ours."""
    return _WORDS.get(code, "")
