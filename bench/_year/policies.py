"""The stop-loss policies of the year as documents, of two carriers. `{first}`, `{second}`: people who are lasered."""

from __future__ import annotations

from typing import Final

_HEAD: Final = """
notice:
  {{percent: 50, stay_days: 7, follow_up_days: 20, follow_up_amount: 5000, triggers: [[C81, C96, leukemia]]}}
clock: {{proof_days: 90, proof_unit: days, radar_days: 45}}
"""
_HARBOR: Final = "carrier: {{name: Harbor Reinsurance, address_line: 1 Pier Street, place: 'Boston, MA 02110'}}" + _HEAD
_SUMMIT: Final = "carrier: {{name: Summit Re, address_line: 40 Ridge Road, place: 'Denver, CO 80202'}}" + _HEAD

DOCUMENTS: Final = {
    # Specific and aggregate with a minimum, advanced monthly; a laser.
    "ALDER": _HARBOR
    + """
number: HR-2026-ALDER
term: [2026-01-01, 2026-12-31]
specific:
  section: II.A
  basis: 12/15
  deductible_amount: 40000
  lasers: [{{subscriber_number: {first}, amount: 90000}}]
aggregate:
  section: II.B
  basis: 12/12
  factors: {{EE: 70, ES: 130, EC: 120, FAM: 190}}
  corridor_percent: 125
  minimum_percent: 90
  has_accommodation: true
""",
    # Two plans under one policy: claims of both count; a percentage, a cap and a run-out of half a year.
    "BIRCH": _SUMMIT
    + """
number: SR-2026-BIRCH
term: [2026-01-01, 2026-12-31]
advance: {{least_amount: 1000, lead_days: 15, pay_within_days: 5}}
specific:
  section: '3.1'
  incurred: [2026-01-01, 2026-12-31]
  paid: [2026-01-01, 2027-02-28]
  deductible_amount: 25000
  reimburse_percent: 90
  most_amount: 60000
  benefits: [medical, drug]
aggregate:
  section: '3.2'
  incurred: [2026-01-01, 2026-12-31]
  paid: [2026-01-01, 2027-02-28]
  factors: {{EE: 110, ES: 210, EC: 190, FAM: 300}}
  corridor_percent: 115
  person_limit_amount: 20000
  most_amount: 250000
benefit_names: {{laboratory: drug}}
""",
    # Aggregating specific: all persons' excess fills a corridor first, in paid order. A person is left out.
    "ELM": _SUMMIT
    + """
number: SR-2026-ELM
term: [2026-01-01, 2026-12-31]
specific:
  section: '3.1'
  basis: 12/12
  deductible_amount: 20000
  corridor_amount: 35000
  reimburse_percent: 95
  lasers: [{{subscriber_number: {first}}}]
""",
    # Run-in: what was incurred in the autumn before and is paid now.
    "HAZEL": _HARBOR
    + """
number: HR-2026-HAZEL
term: [2026-01-01, 2026-12-31]
specific:
  section: II.A
  basis: 15/12
  deductible_amount: 22000
  benefits: [medical]
  lasers: [{{subscriber_number: {first}, amount: 55000}}]
""",
    # A second policy of the same employer, of the other carrier: the group only.
    "HAZEL/2": _SUMMIT
    + """
number: SR-2026-HAZEL
term: [2026-01-01, 2026-12-31]
aggregate:
  section: '3.2'
  basis: 15/12
  factors: {{EE: 60, ES: 120, EC: 110, FAM: 160}}
  corridor_percent: 120
  minimum_percent: 100
  quoted_month_amount: 100
  minimum_floor_amount: 5000
  person_limit_amount: 22000
""",
    # Ends with the contract at midsummer; terminal liability goes on for three months.
    "FIR": _HARBOR
    + """
number: HR-2026-FIR
term: [2026-01-01, 2026-12-31]
terminal_months_count: 3
specific:
  section: II.A
  basis: 12/15
  deductible_amount: 15000
aggregate:
  section: II.B
  basis: 12/15
  factors: {{EE: 80, ES: 150, EC: 140, FAM: 220}}
  corridor_percent: 110
  minimum_percent: 20
""",
}
"""By employer; a second policy of one after a stroke."""
ENDED_EARLY: Final = {"HR-2026-FIR"}
