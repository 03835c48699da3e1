"""A stop-loss policy is entered from its document: typed or uploaded, shown as it would stand, then drafted."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from employers.eligibility.selectors import member_names
from employers.onboarding.selectors import employers_seen
from tpa.foundation.access import Scope, requires
from tpa.foundation.audit import Subjects, record_read
from tpa.foundation.errors import DomainError
from tpa.foundation.models import Role
from tpa.foundation.web.screens import screen
from tpa.stoploss.enter_policy import MOST_BYTES, enter_policy, policy_in
from tpa.stoploss.policy_words import PolicyWords


class PolicyForm(forms.Form):
    """The employer and the document, as text or as a file; the file counts where both are given."""

    employer = forms.ChoiceField(label=gettext_lazy("For the employer"))
    file = forms.FileField(label=gettext_lazy("A file"), required=False)
    document = forms.CharField(
        label=gettext_lazy("The document"),
        required=False,
        max_length=MOST_BYTES,
        widget=forms.Textarea(attrs={"rows": 26, "spellcheck": "false", "class": "code"}),
    )

    def __init__(self, *args: Any, employers: list[tuple[int, str]], **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["employer"].choices = employers  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """The text, whichever way it came."""
        said: dict[str, Any] = super().clean() or {}
        file = said.get("file")
        if file is not None:
            try:
                said["document"] = file.read(MOST_BYTES + 1).decode()
            except UnicodeDecodeError:
                self.add_error("file", _("This file is no text."))
        if not str(said.get("document", "")).strip() and not self.errors:
            self.add_error("document", _("Type the document, or choose its file."))
        return said


@requires(Role.TPA_MANAGER)
@require_http_methods(["GET", "HEAD", "POST"])
def draft_stop_loss_policy(request: HttpRequest) -> HttpResponse:
    """GET shows the form; POST with `preview` shows what the document says and writes nothing, without it drafts."""
    scope: Scope = request.scope  # type: ignore[attr-defined]
    employers = [(one.employer_id, f"{one.name} ({one.code})") for one in employers_seen(scope)]
    if request.method != "POST":
        return screen(request, "tpa/draft_stop_loss_policy.html", {"form": PolicyForm(employers=employers)})
    form = PolicyForm(request.POST, request.FILES, employers=employers)
    context: dict[str, Any] = {"form": form}
    if form.is_valid():
        employer_id, text = int(form.cleaned_data["employer"]), form.cleaned_data["document"]
        try:
            if "preview" in request.POST:
                words = policy_in(scope, employer_id, text)
                # What was read from a file stands in the field from now on.
                shown = PolicyForm(initial={"employer": employer_id, "document": text}, employers=employers)
                context |= {"form": shown, "words": words, "lasers": _lasers(scope, employer_id, words)}
                return screen(request, "tpa/draft_stop_loss_policy.html", context)
            policy = enter_policy(scope=scope, employer_id=employer_id, text=text)
        except DomainError as problem:
            form.add_error(None, problem.message)
        else:
            messages.success(request, _("The policy is drafted; it binds nobody until it is signed."))
            return HttpResponseRedirect(reverse("tpa:stop_loss_policy", args=[policy.pk]))
    return screen(request, "tpa/draft_stop_loss_policy.html", context, status=422)


def _lasers(scope: Scope, employer_id: int, words: PolicyWords) -> list[tuple[str, object]]:
    """The persons with a limit of their own, by name; that they were read is written down."""
    lasers = words.specific.lasers if words.specific is not None else ()
    names = member_names({member_id for member_id, _amount in lasers})
    if names:
        record_read(Subjects("employers.member", tuple(names), employer_id), by=scope.actor, purpose="stop-loss policy")
    return [(names.get(member_id, ""), amount) for member_id, amount in lasers]
