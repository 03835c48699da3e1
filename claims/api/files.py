"""/api/v1/files: send an X12 file, see how it stands, fetch what answers it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, BinaryIO, Final

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadedfile import UploadedFile
from django.db.models import Count, Q, QuerySet, Sum
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

from claims.api.claims import IF_NONE_MATCH, LOCATION, SENDERS
from claims.tasks import open_files
from tpa.foundation import bell
from tpa.foundation.access import CLAIMS_STAFF, Scope, check_role, requires, scope_of, scoped
from tpa.foundation.api.downloads import AsItIs, download
from tpa.foundation.api.ids import IdOutput
from tpa.foundation.api.pagination import Pages
from tpa.foundation.api.preconditions import etag_of, is_unchanged
from tpa.foundation.api.views import ApiView
from tpa.foundation.documents.keep_document import EDI
from tpa.foundation.edi_files import keep_file, read_in_chunks
from tpa.foundation.errors import Conflict, Invalid, NotFound
from tpa.foundation.models import Document, EdiFile, Role, TransactionSet

X12: Final = "application/EDI-X12"
_CHUNK: Final = 1 << 20

FILE_NAME: Final = OpenApiParameter(
    "Content-Disposition",
    str,
    OpenApiParameter.HEADER,
    description='What you call the file: `attachment; filename="claims.837"`. A form names its part instead.',
)


class X12Parser(BaseParser):
    """Takes the body as it is: the stream is read by the view, a megabyte at a time."""

    media_type = X12

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        return {"stream": stream}


class LowerCaseX12Parser(X12Parser):
    """Media types are the same in any case (RFC 2045); REST framework compares their letters."""

    media_type = X12.lower()


class AnswerOutput(serializers.Serializer[Any]):
    """A document that answers the file."""

    id = IdOutput("document")
    kind = serializers.ChoiceField(
        [(kind.value, kind.label) for kind in (Document.Kind.TA1, Document.Kind.ACK_999, Document.Kind.ACK_277CA)]
    )
    name = serializers.CharField()
    media_type = serializers.CharField()
    size_bytes = serializers.IntegerField()
    created_at = serializers.DateTimeField()


class RejectedOutput(serializers.Serializer[Any]):
    """A claim that was not accepted, and why: what the 277CA says of it."""

    claim = serializers.CharField(help_text="your patient control number")
    code = serializers.CharField()
    place = serializers.CharField()
    note = serializers.CharField()


class SetOutput(serializers.Serializer[TransactionSet]):
    """One ST…SE of the file."""

    ordinal = serializers.IntegerField()
    control_number = serializers.CharField()
    transaction = serializers.CharField()
    version = serializers.CharField()
    status = serializers.ChoiceField(TransactionSet.Status.choices)
    ack_code = serializers.CharField(help_text="IK501 of the 999: A or R; empty until it is known")
    accepted_count = serializers.IntegerField(help_text="claims accepted")
    rejected_count = serializers.IntegerField(help_text="claims rejected one by one")
    rejected = RejectedOutput(many=True)


class FileOutput(serializers.Serializer[EdiFile]):
    """A file as it was kept, and where it stands."""

    id = IdOutput("file")
    name = serializers.CharField()
    sha256 = serializers.CharField()
    size_bytes = serializers.IntegerField()
    received_at = serializers.DateTimeField()
    status = serializers.ChoiceField(EdiFile.Status.choices)
    problem = serializers.CharField(help_text="why it was refused as a whole")
    again_count = serializers.IntegerField(help_text="how often the same bytes came again")


class FileDetailOutput(FileOutput):
    """The file, what became of its transaction sets in sum, and the documents that answer it."""

    sets_count = serializers.IntegerField()
    sets_left_count = serializers.IntegerField(help_text="sets that are still worked on")
    accepted_count = serializers.IntegerField(help_text="claims accepted so far")
    rejected_count = serializers.IntegerField(help_text="claims rejected so far")
    answers = AnswerOutput(many=True)


class FileInput(serializers.Serializer[Any]):
    """As a form: one part named `file`."""

    file = serializers.FileField()


def files_of(scope: Scope) -> QuerySet[EdiFile]:
    """The files that exist for a caller: staff see all, a partner those it sent."""
    files = EdiFile.objects.all()
    return files if scope.has_any(*CLAIMS_STAFF) else files.filter(sent_by_id=scope.user_id)


def file_for(scope: Scope, file_id: int) -> EdiFile:
    """A file that the caller may read. Raises NotFound."""
    file = files_of(scope).filter(pk=file_id).first()
    if file is None:
        raise NotFound("file.no_such_file", _("There is no such file."))
    return file


def answers_to(scope: Scope, file: EdiFile) -> list[Document]:
    """What answers a file. It is the sender's, of whichever employers its claims are, so that it is read past the
    isolation of employers: the file has been found to be the caller's before."""
    with scoped(replace(scope, sees_all_employers=True)):
        return list(file.answers.order_by("pk"))


@requires(*CLAIMS_STAFF, Role.PARTNER)
class Files(ApiView):
    """Send a file; list files. The same bytes are the same file, however often they come: no key is needed."""

    scope_name = "claims"
    pages = Pages
    parser_classes = (X12Parser, LowerCaseX12Parser, MultiPartParser)
    knows_repeats = True

    @extend_schema(operation_id="files_list", summary="List files", responses=FileOutput(many=True))
    def get(self, request: Request) -> Response:
        """Newest first. Staff see all, a partner's system what it sent itself."""
        return self.page(files_of(scope_of(request)), FileOutput)

    @extend_schema(
        operation_id="files_send",
        summary="Send a file",
        request={X12: OpenApiTypes.BINARY, "multipart/form-data": FileInput},
        responses={202: FileOutput, 200: FileOutput},
        parameters=[FILE_NAME, LOCATION],
    )
    def post(self, request: Request) -> Response:
        """202: kept, byte for byte, and waiting to be read; poll it at its Location. 200: you sent the same bytes
        before, and this is how they stand. 409: somebody else sent them before."""
        scope = scope_of(request)
        check_role(scope, *SENDERS)
        if int(request.META.get("CONTENT_LENGTH") or 0) > settings.STEWARD_FILE_BYTES:
            raise RequestDataTooBig
        name, chunks = upload_of(request)
        kept, is_new = keep_file(chunks=chunks, name=name, origin="api", sent_by_id=scope.user_id)
        bell.ring(open_files)
        if not files_of(scope).filter(pk=kept.pk).exists():
            raise Conflict("file.of_another_sender", _("The same bytes came before from another sender."))
        code = status.HTTP_202_ACCEPTED if is_new else status.HTTP_200_OK
        where = reverse("claims_api:file", args=[kept.pk])
        return Response(FileOutput(kept).data, status=code, headers={"Location": where})


@requires(*CLAIMS_STAFF, Role.PARTNER)
class OneFile(ApiView):
    """How a file stands."""

    scope_name = "claims"

    @extend_schema(
        operation_id="files_read",
        summary="Read how a file stands",
        responses={200: FileDetailOutput, 304: None},
        parameters=[IF_NONE_MATCH],
    )
    def get(self, request: Request, file_id: int) -> Response:
        """Its status (`answered` or `refused` at the end), its claims in numbers, and its answers: TA1, 999, 277CA."""
        scope = scope_of(request)
        file = file_for(scope, file_id)
        counts = file.sets.aggregate(
            sets_count=Count("pk"),
            sets_left_count=Count("pk", filter=Q(status=TransactionSet.Status.RECEIVED)),
            accepted_count=Sum("accepted_count", default=0),
            rejected_count=Sum("rejected_count", default=0),
        )
        etag = etag_of("file", file.pk, file.status, file.again_count, sorted(counts.items()))
        if is_unchanged(request, etag):
            return Response(status=status.HTTP_304_NOT_MODIFIED, headers={"ETag": etag})
        answers = AnswerOutput(answers_to(scope, file), many=True).data
        return Response({**FileOutput(file).data, **counts, "answers": answers}, headers={"ETag": etag})


@requires(*CLAIMS_STAFF, Role.PARTNER)
class FileSets(ApiView):
    """The transaction sets of a file."""

    scope_name = "claims"
    pages = Pages

    @extend_schema(operation_id="files_sets", summary="List a file's transaction sets", responses=SetOutput(many=True))
    def get(self, request: Request, file_id: int) -> Response:
        """In the order of the file, each with the claims that were rejected one by one. Those that were accepted:
        `/api/v1/claims?file=…`."""
        file = file_for(scope_of(request), file_id)
        return self.page(file.sets.all(), SetOutput, ordering="ordinal")


@requires(*CLAIMS_STAFF, Role.PARTNER)
class FileAnswer(ApiView):
    """One answer."""

    scope_name = "claims"
    renderer_classes = (AsItIs,)

    @extend_schema(
        operation_id="files_answer",
        summary="Download an answer",
        responses={(200, EDI): OpenApiTypes.BINARY},
    )
    def get(self, request: Request, file_id: int, document_id: int) -> FileResponse:
        """The bytes of a TA1, 999 or 277CA."""
        scope = scope_of(request)
        answers = answers_to(scope, file_for(scope, file_id))
        document = next((one for one in answers if one.pk == document_id), None)
        if document is None:
            raise NotFound("document.no_such_document", _("There is no such document."))
        return download(document, scope)


def upload_of(request: Request) -> tuple[str, Iterator[bytes]]:
    """The file's name and its bytes, a megabyte at a time. Raises Invalid where there is none."""
    part = request.FILES.get("file")
    if isinstance(part, UploadedFile):
        return part.name or "upload.x12", part.chunks(_CHUNK)
    stream = request.data.get("stream") if isinstance(request.data, dict) else None
    if stream is None or isinstance(stream, str):
        told = _("Send the file as the body, with its Content-Length, or as a form part named file.")
        raise Invalid("file.missing", told)
    _kind, options = parse_header_parameters(request.headers.get("Content-Disposition", ""))
    name = "".join(one for one in options.get("filename", "") if one.isprintable() and one not in "/\\")
    return name or "upload.x12", _whole(stream, int(request.META["CONTENT_LENGTH"]))


def _whole(stream: BinaryIO, announced: int) -> Iterator[bytes]:
    """The stream's bytes. Who was cut off in the middle sent no file: raises Invalid, and nothing is kept."""
    came = 0
    for chunk in read_in_chunks(stream):
        came += len(chunk)
        yield chunk
    if came != announced:
        raise Invalid("file.cut_off", _("Less came than was announced: send the file again."))
