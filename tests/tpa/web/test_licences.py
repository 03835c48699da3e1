"""Licences on screen: papers, exemptions for one employer, tasks seen to; who lives where we may not serve."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from employers.models import Employer
from tests.factories.payments import ENGINE, World, make_world
from tests.factories.queries import few_queries
from tests.factories.tpa import enrol, make_contract
from tests.factories.users import make_user
from tpa.contracts.licences import LicenceWords, add_licence
from tpa.contracts.renewals import note_renewals
from tpa.contracts.watch_states import watch_states
from tpa.foundation.access import system_scope
from tpa.foundation.models import Document, Role, ServiceBar
from tpa.models import LicenceExemption, RenewalTask

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return make_world(Employer.FundingMode.TPA_ADVANCE)


@pytest.fixture
def manager(client: Client) -> Client:
    client.force_login(make_user(Role.TPA_MANAGER))
    return client


def test_a_state_without_licence_is_shown_with_its_members_and_lifted_by_an_exemption(
    manager: Client, world: World
) -> None:
    coverage = enrol(world)
    make_contract(world)
    coverage.member.state = "TX"
    coverage.member.save(update_fields=["state"])
    watch_states(on=timezone.localdate(), by=ENGINE)
    url = reverse("tpa:licences")
    with few_queries():
        page = manager.get(url).content.decode()
    assert "TX (1 member)" in page
    assert "Payments for who lives there wait" in page
    form = {
        "do": "exemption", "state": "TX", "because": "few", "citation": "law", "starts_on": "2026-01-01",
        "employer": str(world.employer.pk),
    }  # fmt: skip
    assert "The exemption is recorded" in manager.post(url, form, follow=True).content.decode()
    assert LicenceExemption.objects.get(state="TX").employer_id == world.employer.pk
    assert not ServiceBar.objects.filter(superseded_at__isnull=True).exists()
    assert "Members live where" not in manager.get(url).content.decode()


def test_a_paper_of_a_licence_is_attached_and_read(manager: Client) -> None:
    ends_on = timezone.localdate() + timedelta(days=400)
    licence = add_licence(words=LicenceWords("licence", "OH", "L1", "Ohio", timezone.localdate(), ends_on), by=ENGINE)
    url = reverse("tpa:licences")
    form = {"do": "paper", "licence": licence.pk, "paper": SimpleUploadedFile("ohio.pdf", b"%PDF-1.7 x")}
    assert "ohio.pdf" in manager.post(url, form, follow=True).content.decode()
    paper = Document.objects.get(kind="LICENCE")
    assert manager.get(reverse("tpa:contract_paper", args=[paper.pk])).content == b"%PDF-1.7 x"
    assert "Attach a PDF" in manager.post(url, {"do": "paper", "licence": licence.pk}, follow=True).content.decode()


def test_a_renewal_is_seen_to(manager: Client, client: Client) -> None:
    ends_on = timezone.localdate() + timedelta(days=50)
    add_licence(words=LicenceWords("licence", "OH", "L1", "Ohio", timezone.localdate(), ends_on), by=ENGINE)
    note_renewals(on=timezone.localdate(), scope=system_scope("test"), by=ENGINE)
    task, url = RenewalTask.objects.get(), reverse("tpa:licences")
    assert "To be seen to" in manager.get(url).content.decode()
    page = manager.post(url, {"do": "finish", "task": task.pk, "because": "filed"}, follow=True).content.decode()
    assert "The task is done" in page
    assert "To be seen to" not in page
    client.force_login(make_user(Role.AUDITOR))
    assert client.post(url, {"do": "finish", "task": task.pk, "because": "x"}).status_code == 403
