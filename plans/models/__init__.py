"""What is covered and at what price."""

from plans.models.contracts import LocalityFactor, LocalityZip, QualifyingAmount, ScheduleTerms
from plans.models.editing import AddOnCode, EditRelease, EditRule, EditTable, ProcedurePair, UnitMaximum
from plans.models.networks import FeeRate, FeeSchedule, Network, NetworkParticipation
from plans.models.plan import Plan, PlanVersion, ScenarioProof
from plans.models.providers import FormerAccount, Payee, Provider

__all__ = [
    "AddOnCode",
    "EditRelease",
    "EditRule",
    "EditTable",
    "FeeRate",
    "FeeSchedule",
    "FormerAccount",
    "LocalityFactor",
    "LocalityZip",
    "Network",
    "NetworkParticipation",
    "Payee",
    "Plan",
    "PlanVersion",
    "ProcedurePair",
    "Provider",
    "QualifyingAmount",
    "ScenarioProof",
    "ScheduleTerms",
    "UnitMaximum",
]
