"""issue_api_key: a key for a partner's system. The secret is printed once and nowhere kept."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from tpa.foundation import api_keys
from tpa.foundation.audit import Actor
from tpa.foundation.errors import Invalid
from tpa.foundation.models import User


class Command(BaseCommand):
    """Prints the secret alone on stdout, so that it can be piped to where it belongs."""

    help = "Issues an API key for a user: ./run manage issue_api_key partner@example.org claims:read claims:write"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Whose key, what for, how long."""
        parser.add_argument("email")
        parser.add_argument("scopes", nargs="+")
        parser.add_argument("--name", default="key", help="what the key is called in lists")
        parser.add_argument("--days", type=int, default=365, help="how long it opens (default: a year)")

    def handle(self, *, email: str, scopes: list[str], name: str, days: int, **options: Any) -> None:
        """Two keys of one user may overlap, so that one can be replaced without a pause."""
        user = User.objects.filter(email=email.lower(), is_active=True).first()
        if user is None:
            raise CommandError(f"no active user has the address {email}")
        try:
            key, secret = api_keys.issue(
                user=user,
                name=name,
                scopes=scopes,
                by=Actor.system("issue_api_key"),
                expires_at=timezone.now() + timedelta(days=days),
            )
        except Invalid as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stderr.write(f"{key} for {user.email}, until {key.expires_at:%Y-%m-%d}. This is shown once:")
        self.stdout.write(secret)
