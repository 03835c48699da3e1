"""`manage draft_stop_loss_policy FILE --employer CODE`: a policy from its document, to be signed on its screen."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management import BaseCommand, CommandError

from employers.onboarding.selectors import employers_seen
from tpa.foundation.access import scoped, system_scope
from tpa.foundation.errors import DomainError
from tpa.stoploss.enter_policy import enter_policy


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

            try:
                text = options["file"].read_text()
                policy = enter_policy(scope=scope, employer_id=employer.employer_id, text=text)
            except DomainError as error:
                raise CommandError(str(error)) from error
        self.stdout.write(f"{policy.number}: drafted")
