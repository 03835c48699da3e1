"""/api/v1/files: send an X12 file, see how it stands, fetch what answers it."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.parsers import BaseParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from claims.tasks import open_files
from tpa.foundation import bell
from tpa.foundation.access import CLAIMS_STAFF, Scope, requires
from tpa.foundation.api.pagination import Pages
from tpa.foundation.api.views import ApiView
from tpa.foundation.audit import record_read
from tpa.foundation.edi_files import keep_file, read_bytes, read_in_chunks
from tpa.foundation.errors import Invalid, NotFound
from tpa.foundation.models import Document, EdiFile, Role


class X12Parser(BaseParser):
    """Takes the body as it is: the stream is read by the view, a megabyte at a time."""

    media_type = "application/EDI-X12"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        return {"stream": stream}


class AnswerOutput(serializers.Serializer[Document]):
    """A document that answers the file: TA1, 999 or 277CA."""

    id = serializers.CharField()
    kind = serializers.CharField()
    name = serializers.CharField()
    size_bytes = serializers.IntegerField()


class SetOutput(serializers.Serializer[Any]):
    """One ST…SE of the file."""

    control_number = serializers.CharField()
    transaction = serializers.CharField()
    status = serializers.CharField()
    ack_code = serializers.CharField()
    accepted_count = serializers.IntegerField()
    rejected_count = serializers.IntegerField()


class FileOutput(serializers.Serializer[EdiFile]):
    """A file as it was kept, and where it stands. `again_count`: how often the same bytes came again."""

    id = serializers.SerializerMethodField()
    name = serializers.CharField()
    sha256 = serializers.CharField()
    size_bytes = serializers.IntegerField()
    received_at = serializers.DateTimeField()
    status = serializers.ChoiceField(EdiFile.Status.choices)
    problem = serializers.CharField()
    again_count = serializers.IntegerField()

    def get_id(self, file: EdiFile) -> str:
        return f"file_{file.pk}"


class FileDetailOutput(FileOutput):
    """The file with its transaction sets and the documents that answer it."""

    sets = SetOutput(many=True)
    answers = AnswerOutput(many=True)


class FileInput(serializers.Serializer[Any]):
    """As a form: one part named `file`."""

    file = serializers.FileField()


def file_for(scope: Scope, file_id: int) -> EdiFile:
    """A file that the caller may read: staff all, a partner those it sent. Raises NotFound."""
    files = EdiFile.objects.all()
    if scope.roles.isdisjoint(CLAIMS_STAFF):
        files = files.filter(sent_by_id=scope.user_id)
    file = files.filter(pk=file_id).first()
    if file is None:
        raise NotFound("file.no_such_file", _("There is no such file."))
    return file


@requires(*CLAIMS_STAFF, Role.PARTNER)
class Files(ApiView):
    """Send a file (`application/EDI-X12` as the body, or a form); list files."""

    scope_name = "claims"
    pages = Pages
    parser_classes = (X12Parser, MultiPartParser)

    @extend_schema(operation_id="files_list", responses=FileOutput(many=True))
    def get(self, request: Request) -> Response:
        scope: Scope = request.scope
        files = EdiFile.objects.all()
        if scope.roles.isdisjoint(CLAIMS_STAFF):
            files = files.filter(sent_by_id=scope.user_id)
        return self.page(files, FileOutput)

    @extend_schema(
        operation_id="files_send",
        request={"application/EDI-X12": OpenApiTypes.BINARY, "multipart/form-data": FileInput},
        responses={202: FileOutput, 200: FileOutput},
        description="202: kept and waiting; 200: the same bytes came before, and this is how they stand.",
    )
    def post(self, request: Request) -> Response:
        upload = request.data.get("file") or request.data.get("stream")
        if upload is None:
            raise Invalid("file.missing", _("Send the file as the body or as a form part named file."))
        kept, is_new = keep_file(
            chunks=read_in_chunks(upload),
            name=getattr(upload, "name", None) or "upload.x12",
            origin="api",
            sent_by_id=request.scope.user_id,
        )
        bell.ring(open_files)
        code = status.HTTP_202_ACCEPTED if is_new else status.HTTP_200_OK
        where = reverse("claims_api:file", args=[kept.pk])
        return Response(FileOutput(kept).data, status=code, headers={"Location": where})


@requires(*CLAIMS_STAFF, Role.PARTNER)
class OneFile(ApiView):
    """How a file stands: its sets and its answers."""

    scope_name = "claims"

    @extend_schema(operation_id="files_read", responses=FileDetailOutput)
    def get(self, request: Request, file_id: int) -> Response:
        file = file_for(request.scope, file_id)
        answers = [
            {"id": f"document_{row.pk}", "kind": row.kind, "name": row.name, "size_bytes": row.size_bytes}
            for row in file.answers.order_by("pk")
        ]
        shown = FileOutput(file).data | {"sets": SetOutput(file.sets.order_by("ordinal"), many=True).data}
        return Response(shown | {"answers": AnswerOutput(answers, many=True).data})


@requires(*CLAIMS_STAFF, Role.PARTNER)
class FileAnswer(ApiView):
    """The bytes of one answer."""

    scope_name = "claims"

    @extend_schema(operation_id="files_answer", responses={(200, "application/EDI-X12"): OpenApiTypes.BINARY})
    def get(self, request: Request, file_id: int, document_id: int) -> HttpResponse:
        file = file_for(request.scope, file_id)
        document = file.answers.filter(pk=document_id).first()
        if document is None:
            raise NotFound("document.no_such_document", _("There is no such document."))
        record_read(document, by=request.scope.actor, purpose="api")
        return HttpResponse(read_bytes(document.sha256), content_type=document.media_type)
