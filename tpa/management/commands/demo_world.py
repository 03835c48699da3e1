"""`manage demo_world [--members N] [--seed S] [--if-absent]`: invented employers, members and their year."""

from __future__ import annotations

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from tpa.demo.world import build_world, world_exists


class Command(BaseCommand):
    help = "Builds the demonstration world. Where it stands already nothing is done."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--members", type=int, default=560, help="how many invented members, about (560)")
        parser.add_argument("--seed", type=int, default=2026, help="another seed invents other people")
        parser.add_argument("--if-absent", action="store_true", help="say nothing where the world stands already")

    def handle(self, *, members: int, seed: int, if_absent: bool, **options: Any) -> None:
        if members < 10:
            raise CommandError("--members is at least 10.")
        if world_exists():
            if not if_absent:
                self.stderr.write("steward: the demonstration world stands already")
            return
        began = time.monotonic()
        self.stderr.write("steward: building the demonstration world")
        build_world(members=members, seed=seed, say=lambda text: self.stderr.write(f"steward: {text}"))
        self.stderr.write(f"steward: built in {time.monotonic() - began:.1f} s")
