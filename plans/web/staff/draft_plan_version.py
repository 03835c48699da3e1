"""A plan version is drafted from its document: typed or uploaded; what is wrong is told with its line and place."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from plans.design.draft_plan_version import draft_named_plan, problems_in
from tpa.foundation.access import Scope, requires
from tpa.foundation.errors import DomainError
from tpa.foundation.models import Role
from tpa.foundation.web.screens import screen

MOST_BYTES: Final = 1 << 20


def _text(label: Any, rows: int) -> forms.CharField:
    attributes = {"rows": rows, "spellcheck": "false", "class": "code"}
    return forms.CharField(
        label=label, required=False, max_length=MOST_BYTES, strip=False, widget=forms.Textarea(attrs=attributes)
    )


class DraftForm(forms.Form):
    """The document and its scenarios, each as text or as a file; the file counts where both are given."""

    file = forms.FileField(label=gettext_lazy("The document as a file"), required=False)
    scenarios_file = forms.FileField(label=gettext_lazy("Its scenarios as a file"), required=False)
    document = _text(gettext_lazy("The document"), 26)
    scenarios = _text(gettext_lazy("Its scenarios"), 10)

    def clean(self) -> dict[str, Any]:
        """The texts, whichever way they came."""
        said: dict[str, Any] = super().clean() or {}
        for name, text in (("file", "document"), ("scenarios_file", "scenarios")):
            sent = said.get(name)
            if sent is None:
                continue
            if (sent.size or 0) > MOST_BYTES:
                self.add_error(name, _("So large a file is no plan document."))
                continue
            try:
                said[text] = sent.read().decode()
            except UnicodeDecodeError:
                self.add_error(name, _("This file is no text."))
        if not str(said.get("document", "")).strip() and not self.errors:
            self.add_error("document", _("Type the document, or choose its file."))
        return said


@requires(Role.SETUP, Role.TPA_MANAGER)
@require_http_methods(["GET", "HEAD", "POST"])
def draft_plan_version(request: HttpRequest) -> HttpResponse:
    """GET shows the form; POST keeps the next draft of the plan that the document names, or says what is wrong."""
    scope: Scope = request.scope  # type: ignore[attr-defined]
    if request.method != "POST":
        return screen(request, "plans/draft_plan_version.html", {"form": DraftForm()})
    form = DraftForm(request.POST, request.FILES)
    context: dict[str, Any] = {"form": form}
    if form.is_valid():
        texts = {name: form.cleaned_data[name] for name in ("document", "scenarios")}
        try:
            version = draft_named_plan(source=texts["document"], scenarios=texts["scenarios"], by=scope.actor)
        except DomainError as refusal:
            # What was read from a file stands in its field from now on, so that the lines can be found.
            context = {"form": DraftForm(initial=texts), "problems": problems_in(refusal), "refusal": refusal.message}
        else:
            messages.success(request, _("The draft is kept. It is published once all its scenarios pass."))
            return HttpResponseRedirect(reverse("plans:plan_version", args=[version.pk]))
    return screen(request, "plans/draft_plan_version.html", context, status=422)
