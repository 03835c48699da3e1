"""Who may do what, and which rows exist for whom: the scope, the doors, and Postgres behind them."""

import pytest
from django.db import connection, transaction
from django.db.utils import IntegrityError, ProgrammingError
from django.utils import timezone

from tests.factories.users import as_web, make_scope, make_user
from tpa.foundation import access, audit
from tpa.foundation.access import ANYONE, NOBODY, Scope, open_to_anyone, required_roles, requires, scope_for, scoped
from tpa.foundation.audit import Actor, Subjects
from tpa.foundation.errors import Refused
from tpa.foundation.models import AuditEvent, Role, RoleGrant, User

pytestmark = pytest.mark.django_db


def _setting():
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('steward.employers', true)")
        return cursor.fetchone()[0] or ""


# --- the scope -------------------------------------------------------------------------------------------------------


def test_staff_see_all_employers_and_claims():
    scope = make_scope(Role.EXAMINER)
    assert scope.setting == "*"
    assert scope.sees(7)
    assert scope.sees_claims
    assert not scope.sees_ssn


def test_employer_people_see_their_employer_and_no_claims():
    scope = make_scope(Role.EMPLOYER_HR, employer_id=7)
    assert scope.setting == "7"
    assert scope.sees(7)
    assert not scope.sees(8)
    assert not scope.sees_claims


def test_set_up_staff_see_no_claims():
    assert not make_scope(Role.SETUP).sees_claims


def test_nobody():
    assert scope_for(make_user()).setting == ""
    inactive = make_user(Role.TPA_MANAGER)
    inactive.is_active = False
    assert scope_for(inactive) == NOBODY


def test_a_revoked_role_is_gone_at_the_next_request():
    user = make_user(Role.EXAMINER)
    assert scope_for(user).has_any(Role.EXAMINER)
    user.grants.update(revoked_at=timezone.now())
    assert not scope_for(user).has_any(Role.EXAMINER)


def test_a_scope_is_made_with_one_query(django_assert_num_queries):
    user = make_user(Role.EXAMINER, Role.AUDITOR, sees_ssn=True)
    with django_assert_num_queries(1):
        scope = scope_for(user)
    assert scope.sees_ssn


def test_a_door_shows_the_employers_for_whom_its_role_is_held():
    user = make_user(Role.EMPLOYER_HR, employer_id=7)
    RoleGrant.objects.create(user=user, role=Role.EMPLOYER_FINANCE, employer_id=8)
    scope = scope_for(user)
    assert scope.setting == "7,8"
    assert scope.narrowed_to(frozenset({Role.EMPLOYER_FINANCE})).setting == "8"
    assert make_scope(Role.AUDITOR).narrowed_to(frozenset({Role.AUDITOR})).setting == "*"


def test_the_database_knows_which_role_needs_an_employer():
    user = make_user()
    for role, employer_id in [(Role.EXAMINER, 7), (Role.EMPLOYER_HR, None)]:
        with pytest.raises(IntegrityError, match="role_fits_employer"), transaction.atomic():
            RoleGrant.objects.create(user=user, role=role, employer_id=employer_id)


def test_a_role_is_held_once():
    user = make_user(Role.EXAMINER)
    with pytest.raises(IntegrityError, match="role_held_once"), transaction.atomic():
        RoleGrant.objects.create(user=user, role=Role.EXAMINER)


def test_check_role():
    access.check_role(make_scope(Role.EXAMINER), Role.EXAMINER, Role.TPA_MANAGER)
    with pytest.raises(Refused):
        access.check_role(make_scope(Role.EXAMINER), Role.TPA_MANAGER)


def test_an_address_is_one_user_however_it_is_written():
    user = User.objects.create_user("  Ann@Example.ORG ")
    assert user.email == "ann@example.org"
    assert User.objects.get_by_natural_key("ANN@example.org") == user
    with pytest.raises(IntegrityError, match="user_email_lower_case"), transaction.atomic():
        User.objects.create(email="Bob@example.org")


def test_a_superuser_is_set_up_staff_and_no_more():
    user = User.objects.create_superuser("root@example.org")
    assert user.is_staff
    assert not user.is_superuser
    assert user.has_perm("claims.view_claim")
    assert not make_user(Role.TPA_MANAGER).is_staff


# --- declaring doors -------------------------------------------------------------------------------------------------


def test_declared_roles_are_found_on_functions_and_classes():
    from django.views import View
    from rest_framework.views import APIView

    @requires(Role.EXAMINER)
    def screen(request): ...

    @requires(Role.AUDITOR)
    class Screen(View): ...

    @requires(Role.PARTNER)
    class Endpoint(APIView): ...

    @open_to_anyone
    def entrance(request): ...

    assert required_roles(screen) == {Role.EXAMINER}
    assert required_roles(Screen.as_view()) == {Role.AUDITOR}
    assert required_roles(Endpoint.as_view()) == {Role.PARTNER}
    assert required_roles(entrance) == ANYONE
    assert required_roles(lambda request: None) is None


def test_a_door_names_roles_that_exist():
    with pytest.raises(ValueError, match="no such roles"):
        requires("king")
    with pytest.raises(ValueError, match="name the roles"):
        requires()


# --- Postgres behind it ----------------------------------------------------------------------------------------------


def test_scoped_sets_and_restores_also_nested_and_after_errors():
    one = Scope(actor=Actor.system("test"), employer_ids=frozenset({1, 2}))
    two = access.system_scope("test")
    with scoped(one):
        assert _setting() == "1,2"
        with scoped(two):
            assert _setting() == "*"
        assert access.current_scope() == one
        assert _setting() == "1,2"
        with pytest.raises(ProgrammingError), transaction.atomic(), scoped(two), connection.cursor() as cursor:
            cursor.execute("SELECT nonsense")
        assert _setting() == "1,2"
    assert _setting() == ""
    assert access.current_scope() == NOBODY


def test_row_level_security_shows_a_person_only_their_rows_even_without_a_filter():
    for employer_id in (7, 8, None):
        audit.record("test.thing.done", by=Actor.system("test"), about=Subjects("test.thing", (1,), employer_id))
    with as_web(make_scope(Role.EMPLOYER_HR, employer_id=7)):
        assert set(AuditEvent.objects.values_list("employer_id", flat=True)) == {7}
    with as_web(make_scope(Role.AUDITOR)):
        assert set(AuditEvent.objects.values_list("employer_id", flat=True)) == {7, 8, None}
    with as_web(NOBODY):
        assert not AuditEvent.objects.exists()


def test_who_sees_nothing_can_still_be_recorded():
    with as_web(NOBODY):
        audit.record("test.thing.done", by=Actor.system("sign_in"))
    assert AuditEvent.objects.get().action == "test.thing.done"


@pytest.mark.django_db(transaction=True)
def test_a_connection_opened_anew_inside_a_scope_keeps_it():
    with scoped(Scope(actor=Actor.system("test"), employer_ids=frozenset({5}))):
        connection.close()
        assert _setting() == "5"
    connection.close()
    assert _setting() == ""
