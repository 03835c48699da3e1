"""Addresses of the employers floor, below /api/v1/."""

from django.urls import path

from employers.api.members import MemberCoverages, Members, OneMember

app_name = "employers_api"
urlpatterns = [
    path("members", Members.as_view(), name="members"),
    path("members/member_<int:member_id>", OneMember.as_view(), name="member"),
    path("members/member_<int:member_id>/coverages", MemberCoverages.as_view(), name="coverages"),
]
