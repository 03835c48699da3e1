"""What prior payers told of claims that had not come yet."""

import django.db.models.deletion
from django.db import migrations, models

from tpa.foundation.guards import employer_isolation


class Migration(migrations.Migration):
    dependencies = [
        ("claims", "0016_overpayments_replaced"),
        ("foundation", "0010_service_bars"),
    ]

    operations = [
        migrations.CreateModel(
            name="WaitingRemittance",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("patient_control_number", models.CharField(max_length=38)),
                ("payer_name", models.CharField(max_length=80)),
                ("paid_on", models.DateField()),
                ("paid_amount", models.DecimalField(decimal_places=2, max_digits=14)),
                ("says", models.BinaryField(help_text="claims.edi.x835.Remittance with this one claim, packed")),
                ("received_at", models.DateTimeField()),
                ("taken_at", models.DateTimeField(help_text="when its claim was there", null=True)),
                (
                    "claim",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="claims.claim"
                    ),
                ),
                (
                    "transaction_set",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="foundation.transactionset"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("taken_at__isnull", True)),
                        fields=["patient_control_number"],
                        name="remittance_waits",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("claim__isnull", True), ("taken_at__isnull", True)),
                            models.Q(("claim__isnull", False), ("taken_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="remittance_taken_by_a_claim",
                    )
                ],
            },
        ),
        # Whose it is shows when its claim comes: until then it is for those alone who see every employer.
        employer_isolation("claims_waitingremittance", column="NULL::bigint"),
    ]
