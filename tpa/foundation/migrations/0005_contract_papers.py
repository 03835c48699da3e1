"""Contracts and licences have their papers."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("foundation", "0004_stop_loss_papers"),
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
                    ("SL_NOTICE", "notice to a stop-loss carrier"),
                    ("SL_PACKET", "reimbursement request to a stop-loss carrier"),
                ],
                max_length=12,
            ),
        ),
    ]
