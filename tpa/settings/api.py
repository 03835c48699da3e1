"""The API: how it authenticates, answers errors, pages, limits and describes itself."""

import environ

env = environ.Env()

STEWARD_API_PER_MINUTE = env.int("STEWARD_API_PER_MINUTE", default=600)
# The largest file that is taken: an 837 of 200 MB holds some 300,000 claims.
STEWARD_FILE_BYTES = env.int("STEWARD_FILE_BYTES", default=1 << 30)

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "tpa.foundation.api.authentication.KeyAuthentication",
        "tpa.foundation.api.authentication.ClientAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["tpa.foundation.api.permissions.RolePermission"],
    "DEFAULT_THROTTLE_CLASSES": ["tpa.foundation.api.rate_limits.RateLimit"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_PAGINATION_CLASS": "tpa.foundation.api.pagination.Pages",
    "DEFAULT_SCHEMA_CLASS": "tpa.foundation.api.schema.Schema",
    "EXCEPTION_HANDLER": "tpa.foundation.api.problems.handle",
    "COERCE_DECIMAL_TO_STRING": True,
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}

OAUTH2_PROVIDER = {
    "SCOPES": {
        "claims:read": "Read claims and their decisions",
        "claims:write": "Submit claims and files",
        "bank:read": "Read how bank files stand; fetch ACH and positive pay files",
        "bank:write": "Send bank statements and files of returns",
        "members:read": "Read members and their coverage",
        "members:write": "Record other coverage, employment and headcounts",
        "invoices:read": "Read invoices and funding",
        "invoices:write": "Approve funding requests, book what came in",
        "plans:read": "Read plans, networks and rates",
        "plans:write": "Draft, prove and publish plan versions",
    },
    "DEFAULT_SCOPES": ["claims:read"],
    # A short life bounds what a stolen token is worth (SMART Backend Services: at most 300).
    "ACCESS_TOKEN_EXPIRE_SECONDS": 300,
    # OAuth 2.0 as RFC 9700 would have it. Only the token endpoint is open (tpa.foundation.api.token).
    "COMPLIANT_BCP_RFC9700_IMPLICIT_GRANT": True,
    "COMPLIANT_BCP_RFC9700_PASSWORD_GRANT": True,
    "COMPLIANT_BCP_RFC9700_PKCE_METHOD": True,
    "COMPLIANT_BCP_RFC9700_ACCESS_TOKEN_TRANSPORT": True,
    "COMPLIANT_BCP_RFC9700_AUTHZ_RESPONSE_ISS": True,
    "COMPLIANT_BCP_RFC9700_TOKEN_STORAGE": True,
    "COMPLIANT_BCP_RFC9700_REFRESH_TOKEN": True,
    "COMPLIANT_BCP_RFC9700_REDIRECT_URI_SCHEME": True,
    "REFRESH_TOKEN_REUSE_PROTECTION": True,
    "ALLOWED_REDIRECT_URI_SCHEMES": ["https"],
}

SPECTACULAR_SETTINGS = {
    "TITLE": "Steward",
    "DESCRIPTION": (
        "Claims administration for self-funded health plans. Money is a string of dollars with two places. Errors are"
        " problems (RFC 9457). A POST may carry an `Idempotency-Key`; unknown parameters are refused."
    ),
    "VERSION": "1",
    "OAS_VERSION": "3.1.1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PUBLIC": True,
    "SCHEMA_PATH_PREFIX": r"/api/v1",
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_SUFFIX": "",
    "ENUM_NAME_OVERRIDES": {
        "EmployerKind": "employers.models.Employer.Kind",
        "CoverageHolder": "employers.models.OtherCoverage.Holder",
        "ClaimStatus": "claims.models.Claim.Status",
        "ClaimKind": "claims.models.Claim.Kind",
        "DecisionOutcome": "claims.models.Decision.Outcome",
        "PaymentMethod": "claims.models.Payment.Method",
        "PaymentFunds": "claims.models.Payment.Funds",
        "WhatIfStatus": "claims.models.WhatIf.Status",
        "ReprocessingStatus": "claims.models.Reprocessing.Status",
        "ReprocessingClaimStatus": "claims.models.ReprocessingClaim.Status",
        "AuthorizationStatus": "claims.models.Authorization.Status",
        "StopLossPolicyStatus": "tpa.models.StopLossPolicy.Status",
        "StopLossNoticeStatus": "tpa.models.StopLossNotice.Status",
        "StopLossRequestStatus": "tpa.models.StopLossRequest.Status",
        "PaymentRunStatus": "claims.models.PaymentRun.Status",
        "OverpaymentStatus": "claims.models.Overpayment.Status",
        "PayerSequence": ["P", "S", "T"],
        "Sex": ["F", "M", "U"],
        "FileStatus": "tpa.foundation.models.EdiFile.Status",
        "SetStatus": "tpa.foundation.models.TransactionSet.Status",
        "DocumentKind": "tpa.foundation.models.Document.Kind",
        "AnswerKind": ["TA1", "999", "277CA"],
        "InvoiceDocumentKind": [("INVOICE_PDF", "invoice (PDF)"), ("INVOICE_XLSX", "invoice (spreadsheet)")],
        "CoverageTier": "employers.models.Coverage.Tier",
        "FundingMode": "employers.models.Employer.FundingMode",
        "FundingRequestKind": "employers.models.FundingRequest.Kind",
        "FundingRequestStatus": "employers.models.FundingRequest.Status",
        "FundingItemKind": "employers.models.FundingItem.Kind",
        "OtherCoverageKind": "employers.models.OtherCoverage.Kind",
        "Relationship": "employers.models.Member.Relationship",
        "PlanVersionStatus": ["published", "superseded"],
        "InvoiceKind": "tpa.models.Invoice.Kind",
        "InvoiceLineKind": "tpa.models.InvoiceLine.Kind",
        "InvoiceStatus": "tpa.models.Invoice.Status",
    },
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "tpa.foundation.api.schema.add_problems",
    ],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
}
