"""What is covered and at what price."""

from plans.models.networks import FeeRate, FeeSchedule, Network, NetworkParticipation
from plans.models.plan import Plan, PlanVersion
from plans.models.providers import Payee, Provider

__all__ = ["FeeRate", "FeeSchedule", "Network", "NetworkParticipation", "Payee", "Plan", "PlanVersion", "Provider"]
