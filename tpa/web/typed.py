"""The values that people type into this floor's forms: the ground's (`tpa/foundation/web/typed.py`)."""

from tpa.foundation.web.typed import done, typed_amount, typed_date, typed_date_or_none, typed_id

__all__ = ["done", "typed_amount", "typed_date", "typed_date_or_none", "typed_id"]
