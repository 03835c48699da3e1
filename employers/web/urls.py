"""Addresses of the screens of employers: the portal's, and the TPA's."""

from django.urls import path

from employers.web.portal.account import account
from employers.web.portal.funding import funding
from employers.web.portal.member import member
from employers.web.portal.members import members
from employers.web.portal.my_funding_request import my_funding_request
from employers.web.staff.claims_account import claims_account
from employers.web.staff.find_members import find_members
from employers.web.staff.funding_request import funding_request
from employers.web.staff.headcounts import headcounts
from employers.web.staff.other_coverage import other_coverage
from employers.web.staff.staff_member import staff_member

app_name = "employers"
urlpatterns = [
    path("portal/members/", members, name="members"),
    path("portal/members/<int:member_id>/", member, name="member"),
    path("portal/account/", account, name="account"),
    path("portal/funding/", funding, name="funding"),
    path("portal/funding/<int:funding_request_id>/", my_funding_request, name="my_funding_request"),
    path("funding/<int:account_id>/", claims_account, name="claims_account"),
    path("funding/requests/<int:funding_request_id>/", funding_request, name="funding_request"),
    path("employers/<int:employer_id>/headcounts/", headcounts, name="headcounts"),
    path("members/", find_members, name="find_members"),
    path("members/<int:member_id>/", staff_member, name="staff_member"),
    path("members/<int:member_id>/other-coverage/", other_coverage, name="other_coverage"),
]
