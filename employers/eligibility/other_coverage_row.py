"""Another payer's cover between what is told of it, its row, and its fact."""

from __future__ import annotations

from datetime import date
from typing import Final

import msgspec
from psycopg2.extras import DateRange

from employers.facts import OrderFacts, OtherCoverageRecord
from employers.models import OtherCoverage

ORDER: Final = tuple(OrderFacts.__struct_fields__)
"""The columns that hold what the order of benefits follows from."""

COLUMNS: Final = (
    *("employer_id", "member_id", "kind", "payer_name", "payer_number", "policy_number", "pays_first", "because"),
    *ORDER,
    *("is_hdhp_with_hsa", "answered_on", "period", "recorded_at"),
)


def row_of(record: OtherCoverageRecord, since: date) -> OtherCoverage:
    """The row of what is told, not yet of a member; without a first day it begins with `since`."""
    return OtherCoverage(
        kind=record.kind,
        payer_name=record.payer_name.strip()[:120],
        payer_number=record.payer_number.strip()[:80],
        policy_number=record.policy_number.strip()[:80],
        pays_first=None if record.order is not None else record.pays_first,
        because=record.because.strip()[:120],
        period=DateRange(record.starts_on or since, record.ends_on),
        is_hdhp_with_hsa=record.is_hdhp_with_hsa,
        answered_on=record.answered_on,
        **(msgspec.structs.asdict(record.order) if record.order is not None else {}),
    )
