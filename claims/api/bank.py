"""/api/v1/bank: a bank sends returns, and fetches the ACH and positive pay files that are meant for it."""

from __future__ import annotations

from typing import Any, Final

from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadedfile import UploadedFile
from django.http import FileResponse
from django.urls import reverse
from django.utils.http import parse_header_parameters
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.parsers import BaseParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from claims.api.claims import LOCATION
from claims.models import ReturnEntry, ReturnFile
from claims.payments.bank_desk import bank_documents_of, return_files
from claims.payments.instrument_for import CHANGERS
from claims.payments.take_returns import MOST_BYTES, take_returns
from tpa.foundation.access import CLAIMS_STAFF, Scope, check_role, requires, scope_of
from tpa.foundation.api.downloads import AsItIs, download
from tpa.foundation.api.ids import IdOutput
from tpa.foundation.api.outputs import Dollars
from tpa.foundation.api.pagination import Pages
from tpa.foundation.api.views import ApiView
from tpa.foundation.audit import Subjects, record_read
from tpa.foundation.documents.keep_document import TEXT
from tpa.foundation.errors import Invalid, NotFound, Refused
from tpa.foundation.models import Document, Role

_NAME: Final = OpenApiParameter(
    "Content-Disposition",
    str,
    OpenApiParameter.HEADER,
    description='What you call the file: `attachment; filename="returns.ach"`. A form names its part instead.',
)


class TextParser(BaseParser):
    """Takes the body as it is."""

    media_type = TEXT

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        return {"data": stream.read()}


class ReturnFileOutput(serializers.Serializer[ReturnFile]):
    """A file of returns and notifications of change, as it was taken in."""

    id = IdOutput("returns")
    name = serializers.CharField()
    sha256 = serializers.CharField()
    size_bytes = serializers.IntegerField()
    received_at = serializers.DateTimeField()
    entry_count = serializers.IntegerField()
    open_count = serializers.IntegerField(help_text="entries that fitted nothing: people look at them")
    again_count = serializers.IntegerField(help_text="how often the same bytes came again")


class ReturnEntryOutput(serializers.Serializer[ReturnEntry]):
    """One entry, and what came of it."""

    place = serializers.IntegerField(help_text="the record of the file, counted from one")
    kind = serializers.ChoiceField(ReturnEntry.Kind.choices)
    code = serializers.CharField(help_text="R01 …, C01 …; empty where it could not be read")
    ach_trace = serializers.CharField(help_text="of the entry that it is about")
    amount = Dollars(allow_null=True)
    status = serializers.ChoiceField(ReturnEntry.Status.choices)
    finding = serializers.CharField()


class BankDocumentOutput(serializers.Serializer[Document]):
    """A file for a bank."""

    id = IdOutput("document")
    kind = serializers.ChoiceField([(one.value, one.label) for one in (Document.Kind.ACH, Document.Kind.POSITIVE_PAY)])
    name = serializers.CharField()
    sha256 = serializers.CharField()
    size_bytes = serializers.IntegerField()
    created_at = serializers.DateTimeField()


class ReturnFileInput(serializers.Serializer[Any]):
    """As a form: one part named `file`."""

    file = serializers.FileField()


def return_file_for(scope: Scope, file_id: int) -> ReturnFile:
    """A file that the caller may read: staff all, a bank what it sent. Raises NotFound."""
    files = return_files()
    if not scope.has_any(*CLAIMS_STAFF):
        files = files.filter(sent_by_id=scope.user_id)
    file = files.filter(pk=file_id).first()
    if file is None:
        raise NotFound("returns.no_such_file", _("There is no such file."))
    return file


@requires(*CLAIMS_STAFF, Role.PARTNER)
class BankReturns(ApiView):
    """Files of returns. The same bytes are the same file, however often they come: no key is needed."""

    scope_name = "bank"
    pages = Pages
    parser_classes = (TextParser, MultiPartParser)
    knows_repeats = True

    @extend_schema(
        operation_id="bank_returns_list", summary="List files of returns", responses=ReturnFileOutput(many=True)
    )
    def get(self, request: Request) -> Response:
        """Newest first. Staff see all, a bank's system what it sent itself."""
        scope = scope_of(request)
        files = return_files()
        if not scope.has_any(*CLAIMS_STAFF):
            files = files.filter(sent_by_id=scope.user_id)
        return self.page(files, ReturnFileOutput)

    @extend_schema(
        operation_id="bank_returns_send",
        summary="Send a file of returns",
        request={TEXT: OpenApiTypes.BINARY, "multipart/form-data": ReturnFileInput},
        responses={201: ReturnFileOutput, 200: ReturnFileOutput},
        parameters=[_NAME, LOCATION],
    )
    def post(self, request: Request) -> Response:
        """201: kept byte for byte, and done what it says; its Location lists what came of each entry. 200: the same
        bytes came before, and nothing was done again."""
        scope = scope_of(request)
        check_role(scope, *CHANGERS, Role.PARTNER)
        if not scope.sees_all_employers:
            raise Refused("returns.of_all_employers", _("A file of returns is of all employers: yours is one."))
        if int(request.META.get("CONTENT_LENGTH") or 0) > MOST_BYTES:
            raise RequestDataTooBig
        name, data = _upload(request)
        file, is_new = take_returns(data=data, name=name, origin="api", by=scope.actor, sent_by_id=scope.user_id)
        code = status.HTTP_201_CREATED if is_new else status.HTTP_200_OK
        where = reverse("claims_api:bank_return", args=[file.pk])
        return Response(ReturnFileOutput(file).data, status=code, headers={"Location": where})


@requires(*CLAIMS_STAFF, Role.PARTNER)
class OneBankReturn(ApiView):
    """What came of a file of returns."""

    scope_name = "bank"
    pages = Pages

    @extend_schema(
        operation_id="bank_returns_entries",
        summary="List what came of each entry",
        responses=ReturnEntryOutput(many=True),
    )
    def get(self, request: Request, returns_id: int) -> Response:
        """In the order of the file; nothing of it is left out."""
        scope = scope_of(request)
        file = return_file_for(scope, returns_id)

        def read(rows: list[ReturnEntry]) -> None:
            about = tuple(row.instrument.payment_id for row in rows if row.instrument is not None)
            record_read(Subjects("claims.payment", about), by=scope.actor, purpose="api list")

        entries = ReturnEntry.objects.visible_to(scope).filter(file=file).select_related("instrument")
        return self.page(entries, ReturnEntryOutput, ordering="place", read=read)


@requires(*CLAIMS_STAFF, Role.PARTNER)
class BankDocuments(ApiView):
    """ACH and positive pay files."""

    scope_name = "bank"
    pages = Pages

    @extend_schema(
        operation_id="bank_outgoing_list", summary="List files for banks", responses=BankDocumentOutput(many=True)
    )
    def get(self, request: Request) -> Response:
        """Newest first, of the employers that the caller works for."""
        return self.page(bank_documents_of(scope_of(request)), BankDocumentOutput)


@requires(*CLAIMS_STAFF, Role.PARTNER)
class OneBankDocument(ApiView):
    """One file for a bank."""

    scope_name = "bank"
    renderer_classes = (AsItIs,)

    @extend_schema(
        operation_id="bank_outgoing_download",
        summary="Download a file for a bank",
        responses={(200, TEXT): OpenApiTypes.BINARY},
    )
    def get(self, request: Request, document_id: int) -> FileResponse:
        """Its bytes, always the same."""
        scope = scope_of(request)
        document = bank_documents_of(scope).filter(pk=document_id).first()
        if document is None:
            raise NotFound("document.no_such_document", _("There is no such document."))
        return download(document, scope)


def _upload(request: Request) -> tuple[str, bytes]:
    """The file's name and its bytes. Raises Invalid where there is none."""
    part = request.FILES.get("file")
    if isinstance(part, UploadedFile):
        return part.name or "returns.ach", part.read()
    data = request.data.get("data") if isinstance(request.data, dict) else None
    if not isinstance(data, bytes) or not data:
        raise Invalid(
            "file.missing", _("Send the file as the body, with its Content-Length, or as a form part named file.")
        )
    _kind, options = parse_header_parameters(request.headers.get("Content-Disposition", ""))
    name = "".join(one for one in options.get("filename", "") if one.isprintable() and one not in "/\\")
    return name or "returns.ach", data
