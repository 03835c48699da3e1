"""Addresses of the screens of employers: the portal's, and the TPA's."""

from django.urls import path

from employers.web.portal.account import account
from employers.web.portal.funding import funding
from employers.web.portal.member import member
from employers.web.portal.members import members
from employers.web.staff.find_members import find_members
from employers.web.staff.headcounts import headcounts
from employers.web.staff.other_coverage import other_coverage
from employers.web.staff.staff_member import staff_member

app_name = "employers"
urlpatterns = [
    path("portal/members/", members, name="members"),
    path("portal/members/<int:member_id>/", member, name="member"),
    path("portal/account/", account, name="account"),
    path("portal/funding/", funding, name="funding"),
    path("employers/<int:employer_id>/headcounts/", headcounts, name="headcounts"),
    path("members/", find_members, name="find_members"),
    path("members/<int:member_id>/", staff_member, name="staff_member"),
    path("members/<int:member_id>/other-coverage/", other_coverage, name="other_coverage"),
]
