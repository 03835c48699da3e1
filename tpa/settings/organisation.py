"""Who we are: the administrator as it stands on remittances, checks, EOBs and invoices. Read from the environment."""

from tpa.settings.base import env

ORGANISATION = {
    "name": env.str("STEWARD_ORGANISATION_NAME", default="Steward Administrators"),
    "tin": env.str("STEWARD_ORGANISATION_TIN", default="987654320"),
    # Our number as payer in X12 (NM1*PR, N1*PR).
    "payer_number": env.str("STEWARD_PAYER_NUMBER", default="STEWARD01"),
    "address_line": env.str("STEWARD_ORGANISATION_ADDRESS", default="100 Main Street"),
    "city": env.str("STEWARD_ORGANISATION_CITY", default="Springfield"),
    "state": env.str("STEWARD_ORGANISATION_STATE", default="IL"),
    "postal_code": env.str("STEWARD_ORGANISATION_POSTAL_CODE", default="627010001"),
    # Ten digits, as X12 wants them.
    "phone": env.str("STEWARD_ORGANISATION_PHONE", default="8005550100"),
    "email": env.str("STEWARD_ORGANISATION_EMAIL", default="claims@example.com"),
    "web": env.str("STEWARD_ORGANISATION_WEB", default="https://example.com"),
}
