"""`manage demo_signins`: who can sign in to the demonstration world, and how."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from tpa.demo.cast import INVENTED, PASSWORD, USERS, open_employer_of
from tpa.foundation.models import Role


class Command(BaseCommand):
    help = "Prints the sign-ins of the demonstration world."

    def handle(self, **options: Any) -> None:
        names = {one.code: one.name for one in (*INVENTED, open_employer_of(1))}
        people = [one for one in USERS if one.role != Role.PARTNER]
        width = max(len(one.email) for one in people)
        self.stdout.write(f"  Sign in with the password {PASSWORD} as")
        for one in people:
            of_employer = f" of {names[one.employer_code]}" if one.employer_code else ""
            self.stdout.write(f"    {one.email:{width}}  {Role(one.role).label}{of_employer}")
        self.stdout.write("")
