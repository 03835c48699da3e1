"""/api/v1/bank-files: a bank sends its statements, and sees whether they were taken."""

from __future__ import annotations

from typing import Final

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.urls import reverse
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from claims.api.claims import LOCATION
from claims.api.files import FILE_NAME, FileInput, X12Parser, upload_of
from claims.models import BankFile
from claims.reconciliation.keep_bank_file import BankFileWords, keep_bank_file
from claims.reconciliation.selectors import bank_files_of
from claims.tasks import load_bank_files
from tpa.foundation import bell
from tpa.foundation.access import Scope, check_role, requires, scope_of
from tpa.foundation.api.ids import IdOutput
from tpa.foundation.api.pagination import Pages
from tpa.foundation.api.views import ApiView
from tpa.foundation.errors import Conflict, NotFound
from tpa.foundation.models import Role

OCTETS: Final = "application/octet-stream"
READERS: Final = (Role.TPA_MANAGER, Role.SENIOR_EXAMINER, Role.AUDITOR, Role.PARTNER)
SENDERS: Final = (Role.TPA_MANAGER, Role.SENIOR_EXAMINER, Role.PARTNER)


class OctetParser(X12Parser):
    """Takes the body as it is."""

    media_type = OCTETS


class BankFileOutput(serializers.Serializer[BankFile]):
    """A bank's file as it was kept, and whether all of it was taken."""

    id = IdOutput("bankfile")
    name = serializers.CharField()
    sha256 = serializers.CharField()
    size_bytes = serializers.IntegerField()
    format = serializers.ChoiceField(BankFile.Format.choices)
    received_at = serializers.DateTimeField()
    status = serializers.ChoiceField(BankFile.Status.choices)
    problem = serializers.CharField(help_text="why nothing of it was taken")
    problem_line = serializers.IntegerField(help_text="at which of its lines; 0: no line is to blame")
    again_count = serializers.IntegerField(help_text="how often the same bytes came again")


@requires(*READERS)
class BankFiles(ApiView):
    """Send a statement; list what was sent. The same bytes are the same file: no key is needed."""

    scope_name = "bank"
    pages = Pages
    parser_classes = (OctetParser, MultiPartParser)
    knows_repeats = True

    @extend_schema(operation_id="bank_files_list", summary="List bank files", responses=BankFileOutput(many=True))
    def get(self, request: Request) -> Response:
        """Newest first. Staff see all, a bank's system what it sent itself."""
        return self.page(bank_files_of(scope_of(request)), BankFileOutput)

    @extend_schema(
        operation_id="bank_files_send",
        summary="Send a bank file",
        request={OCTETS: OpenApiTypes.BINARY, "multipart/form-data": FileInput},
        responses={202: BankFileOutput, 200: BankFileOutput},
        parameters=[FILE_NAME, LOCATION],
    )
    def post(self, request: Request) -> Response:
        """BAI2 or camt.053. 202: kept, byte for byte, and waiting to be read; poll it at its Location. 200: you sent
        the same bytes before; one that was refused is read anew. 409: somebody else sent them before."""
        scope = scope_of(request)
        check_role(scope, *SENDERS)
        if int(request.META.get("CONTENT_LENGTH") or 0) > settings.STEWARD_FILE_BYTES:
            raise RequestDataTooBig
        name, chunks = upload_of(request)
        kept, is_new = keep_bank_file(chunks=chunks, words=BankFileWords(name, "api"), scope=scope)
        if not bank_files_of(scope).filter(pk=kept.pk).exists():
            raise Conflict("file.of_another_sender", _("The same bytes came before from another sender."))
        bell.ring(load_bank_files)
        code = status.HTTP_202_ACCEPTED if is_new else status.HTTP_200_OK
        where = reverse("claims_api:bank_file", args=[kept.pk])
        return Response(BankFileOutput(kept).data, status=code, headers={"Location": where})


@requires(*READERS)
class OneBankFile(ApiView):
    """How a bank's file stands."""

    scope_name = "bank"

    @extend_schema(operation_id="bank_files_read", summary="Read how a bank file stands", responses=BankFileOutput)
    def get(self, request: Request, bank_file_id: int) -> Response:
        """`loaded` and `refused` are final; a refused one may be sent again when what it lacked is there."""
        return Response(BankFileOutput(_found(scope_of(request), bank_file_id)).data)


def _found(scope: Scope, bank_file_id: int) -> BankFile:
    file = bank_files_of(scope).filter(pk=bank_file_id).first()
    if file is None:
        raise NotFound("file.no_such_file", _("There is no such file."))
    return file
