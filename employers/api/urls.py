"""Addresses of the employers floor, below /api/v1/."""

from django.urls import path

from employers.api.coordination import Headcounts, OtherCoverageEnd, OtherCoverages, Standings
from employers.api.employers import Coverages, Employers, OneEmployer
from employers.api.funding_requests import (
    FundingApproval,
    FundingReceipts,
    FundingRejection,
    FundingRequests,
    OneFundingRequest,
)
from employers.api.members import MemberCoverages, Members, OneMember
from tpa.foundation.api.ids import takes_ids

takes_ids("employer", "member", "funding", "account", "cover")

app_name = "employers_api"
urlpatterns = [
    path("employers", Employers.as_view(), name="employers"),
    path("employers/<employer:employer_id>", OneEmployer.as_view(), name="employer"),
    path("employers/<employer:employer_id>/headcounts", Headcounts.as_view(), name="headcounts"),
    path("coverages", Coverages.as_view(), name="coverages"),
    path("funding-requests", FundingRequests.as_view(), name="funding_requests"),
    path("funding-requests/<funding:funding_request_id>", OneFundingRequest.as_view(), name="funding_request"),
    path("funding-requests/<funding:funding_request_id>/approval", FundingApproval.as_view(), name="funding_approval"),
    path(
        "funding-requests/<funding:funding_request_id>/rejection", FundingRejection.as_view(), name="funding_rejection"
    ),
    path("funding-requests/<funding:funding_request_id>/receipts", FundingReceipts.as_view(), name="funding_receipts"),
    path("other-coverages/<cover:cover_id>/end", OtherCoverageEnd.as_view(), name="other_coverage_end"),
    path("members", Members.as_view(), name="members"),
    path("members/<member:member_id>", OneMember.as_view(), name="member"),
    path("members/<member:member_id>/coverages", MemberCoverages.as_view(), name="member_coverages"),
    path("members/<member:member_id>/other-coverages", OtherCoverages.as_view(), name="other_coverages"),
    path("members/<member:member_id>/standings", Standings.as_view(), name="standings"),
]
