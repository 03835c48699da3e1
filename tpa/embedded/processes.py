"""The processes of Steward: one table, from which ./run starts them and with which docker-compose.yml agrees."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Process:
    """One long-running process: its name, its command, and the database role that it takes."""

    name: str
    command: tuple[str, ...]
    role: str


def table(bind: str) -> tuple[Process, ...]:
    """Web, worker and beat; the web listens on `bind` (host:port)."""
    return (
        Process(
            name="web",
            command=(
                "gunicorn",
                "tpa.wsgi",
                "--bind",
                bind,
                "--workers",
                "2",
                "--threads",
                "4",
                "--preload",
                "--no-control-socket",
            ),
            role="web",
        ),
        Process(
            name="worker",
            command=(
                *("celery", "--app", "tpa.celery", "worker", "--pool", "prefork", "--concurrency", "2"),
                *("--queues", "interactive,default,shards", "--without-gossip", "--without-mingle"),
            ),
            role="worker",
        ),
        Process(
            name="beat",
            command=("celery", "--app", "tpa.celery", "beat", "--pidfile="),
            role="worker",
        ),
    )


# Brings the database up to date and fills it where it is empty; runs before the processes above.
PREPARE = ("python", "manage.py", "prepare")
