"""Letters and packets to stop-loss carriers are kept among what we wrote."""

from django.db import migrations, models

_KINDS = [
    ("TA1", "TA1"),
    ("999", "999"),
    ("277CA", "277CA"),
    ("835", "835"),
    ("EOB", "explanation of benefits"),
    ("INVOICE_PDF", "invoice (PDF)"),
    ("INVOICE_XLSX", "invoice (spreadsheet)"),
    ("CHECK_PDF", "checks (PDF)"),
    ("ACH", "ACH file"),
    ("SL_NOTICE", "notice to a stop-loss carrier"),
    ("SL_PACKET", "reimbursement request to a stop-loss carrier"),
]


class Migration(migrations.Migration):
    dependencies = [("foundation", "0003_approval_limits")]

    operations = [
        migrations.AlterField(
            model_name="document", name="kind", field=models.CharField(choices=_KINDS, max_length=12)
        ),
    ]
