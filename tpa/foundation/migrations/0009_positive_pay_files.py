"""A bank is told of checks."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("foundation", "0008_recovery_letter"),
    ]

    operations = [
        migrations.AlterField(
            model_name="document",
            name="kind",
            field=models.CharField(
                choices=[
                    ("TA1", "TA1"),
                    ("999", "999"),
                    ("277CA", "277CA"),
                    ("835", "835"),
                    ("EOB", "explanation of benefits"),
                    ("INVOICE_PDF", "invoice (PDF)"),
                    ("INVOICE_XLSX", "invoice (spreadsheet)"),
                    ("CHECK_PDF", "checks (PDF)"),
                    ("CONTRACT", "signed contract or amendment"),
                    ("LICENCE", "licence or bond"),
                    ("ACH", "ACH file"),
                    ("POSITIVE_PAY", "positive pay file"),
                    ("SL_NOTICE", "notice to a stop-loss carrier"),
                    ("REC_LETTER", "letter about a recovery"),
                    ("SL_PACKET", "reimbursement request to a stop-loss carrier"),
                    ("BANKREC_PDF", "bank reconciliation (PDF)"),
                    ("BANKREC_XLSX", "bank reconciliation (spreadsheet)"),
                ],
                max_length=12,
            ),
        ),
    ]
