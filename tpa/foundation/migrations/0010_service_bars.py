"""States in which an employer's members may not be served; letters among the documents."""

from django.db import migrations, models

from tpa.foundation.guards import employer_isolation, superseded_only


class Migration(migrations.Migration):
    dependencies = [
        ("foundation", "0009_positive_pay_files"),
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
                    ("LETTER", "letter: a reminder, a renewal"),
                    ("SL_NOTICE", "notice to a stop-loss carrier"),
                    ("REC_LETTER", "letter about a recovery"),
                    ("SL_PACKET", "reimbursement request to a stop-loss carrier"),
                    ("BANKREC_PDF", "bank reconciliation (PDF)"),
                    ("BANKREC_XLSX", "bank reconciliation (spreadsheet)"),
                ],
                max_length=12,
            ),
        ),
        migrations.CreateModel(
            name="ServiceBar",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("employer_id", models.BigIntegerField(help_text="employers.Employer")),
                ("state", models.CharField(max_length=2)),
                ("because", models.CharField(max_length=200)),
                ("recorded_at", models.DateTimeField()),
                ("superseded_at", models.DateTimeField(null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("superseded_at__isnull", True)),
                        fields=("employer_id", "state"),
                        name="one_bar_a_state",
                    )
                ],
            },
        ),
        employer_isolation("foundation_servicebar"),
        superseded_only("foundation_servicebar"),
    ]
