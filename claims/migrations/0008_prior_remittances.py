"""What prior payers told us of our claims, by their remittances."""

import django.db.models.deletion
from django.db import migrations, models

from tpa.foundation.guards import append_only, employer_isolation


class Migration(migrations.Migration):
    dependencies = [
        ("claims", "0007_line_rendering_npi"),
        ("employers", "0005_order_of_benefits"),
        ("foundation", "0006_modifier_codes"),
    ]

    operations = [
        migrations.CreateModel(
            name="PriorRemittance",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "sha256",
                    models.CharField(blank=True, help_text="of the file, where a person attached it", max_length=64),
                ),
                ("payer_name", models.CharField(max_length=80)),
                ("trace_number", models.CharField(blank=True, max_length=50)),
                ("paid_on", models.DateField()),
                ("paid_amount", models.DecimalField(decimal_places=2, max_digits=14)),
                ("is_reversal", models.BooleanField(default=False, help_text="takes back what that payer told before")),
                ("says", models.BinaryField(help_text="claims.adjudication.engine.facts.RemittanceFact, packed")),
                ("received_at", models.DateTimeField()),
                ("received_by", models.CharField(max_length=80)),
                (
                    "claim",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="prior_remittances", to="claims.claim"
                    ),
                ),
                (
                    "employer",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="employers.employer",
                    ),
                ),
                (
                    "transaction_set",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="foundation.transactionset",
                    ),
                ),
            ],
        ),
        employer_isolation("claims_priorremittance"),
        append_only("claims_priorremittance"),
    ]
