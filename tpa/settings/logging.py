"""What a log line may say: events, ids and types. Never a value that came with a person's data.

An exception's message may quote what it choked on, and Postgres' DETAIL quotes the row, so only types, places and
constraint names are kept. Values are shown only with STEWARD_DEBUG, where no real person's data belong.
"""

import sys
import traceback
from types import TracebackType
from typing import Any

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

ExceptionInfo = tuple[type[BaseException], BaseException, TracebackType | None]

# Keys under which libraries log what an exception said.
QUOTING_KEYS = ("error", "exception", "reason", "result")


def without_query(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """A search is part of an address, and a search may be for a name."""
    if isinstance(request := event.get("request"), str):
        event["request"] = request.partition("?")[0]
    return event


def without_values(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Replace an exception by its type, the places it passed, and the constraint or state that Postgres names."""
    for key in QUOTING_KEYS:
        event.pop(key, None)
    info = event.pop("exc_info", None)
    if not info:
        return event
    if info is True:
        info = sys.exc_info()
    elif isinstance(info, BaseException):
        info = (type(info), info, info.__traceback__)
    if info[1] is not None:
        event["raised"] = describe(info[1])
    return event


def describe(error: BaseException) -> list[str]:
    """The error and what it arose from, innermost last: one line for each, then its frames. No messages, no values."""
    lines: list[str] = []
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        kind = f"{type(current).__module__}.{type(current).__qualname__}"
        lines.append(" ".join([kind, *_what_postgres_names(current)]))
        lines += [f"  {f.filename}:{f.lineno} {f.name}" for f in traceback.extract_tb(current.__traceback__)]
        current = current.__cause__ or (None if current.__suppress_context__ else current.__context__)
    return lines


def _what_postgres_names(error: BaseException) -> list[str]:
    diagnostics = getattr(error, "diag", None)
    names = ("sqlstate", "table_name", "column_name", "constraint_name")
    return [f"{name}={value}" for name in names if (value := getattr(diagnostics, name, None))]


def configuration(*, debug: bool, level: str) -> dict[str, Any]:
    """Django's LOGGING: every logger of the process through one formatter, one JSON object a line."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        without_query,
        *([] if debug else [without_values]),
    ]
    last: list[Processor] = [structlog.dev.ConsoleRenderer()] if debug else [structlog.processors.JSONRenderer()]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.PositionalArgumentsFormatter(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    quiet = {"level": "WARNING"}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "line": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": shared,
                "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
            }
        },
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            # They put what the exception said into their message; django-structlog reports the same without it.
            "celery.app.trace": {"level": "CRITICAL"},
            "celery.worker.request": {"level": "CRITICAL"},
            "django.server": quiet,
            "django.db.backends": quiet,
            "axes": quiet,
            "kombu": quiet,
            "urllib3": quiet,
        },
    }
