"""`manage draft_stop_loss_policy FILE --employer CODE`: a policy from its document, to be signed on its screen."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

import yaml
from django.core.management import BaseCommand, CommandError
from django.utils.translation import gettext as _

from employers.eligibility.selectors import members_of
from employers.onboarding.selectors import employers_seen
from tpa.foundation.access import scoped, system_scope
from tpa.foundation.errors import DomainError, Invalid
from tpa.stoploss.draft_policy import draft_policy
from tpa.stoploss.read_policy import read_policy


class Command(BaseCommand):
    help = "Drafts a stop-loss policy from a YAML document (docs/stop_loss.md says what stands in it)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--employer", required=True, help="the group number")

    def handle(self, *args: Any, **options: Any) -> None:
        scope = system_scope("set-up")
        with scoped(scope):
            employer = next((one for one in employers_seen(scope) if one.code == options["employer"]), None)
            if employer is None:
                raise CommandError("there is no employer of this number")

            def find_member(subscriber_number: str, person_number: str) -> int:
                found = members_of(scope, employer_id=employer.employer_id).filter(
                    family__subscriber_number=subscriber_number, person_number=person_number
                )
                member = found.first()
                if member is None:
                    raise Invalid("stoploss.laser", _("A laser names somebody who is no member of the employer."))
                return member.pk

            try:
                words = read_policy(yaml.safe_load(options["file"].read_text()), find_member=find_member)
                policy = draft_policy(employer_id=employer.employer_id, words=words, by=scope.actor)
            except DomainError as error:
                raise CommandError(str(error)) from error
        self.stdout.write(f"{policy.number}: drafted")
