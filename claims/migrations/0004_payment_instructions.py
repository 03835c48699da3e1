"""What agreements ask of a claim's payment: by which day, or not before its money has come."""

import django.db.models.deletion
from django.db import migrations, models

from tpa.foundation.guards import employer_isolation


class Migration(migrations.Migration):
    dependencies = [("claims", "0003_payments_guards"), ("employers", "0002_guards"), ("foundation", "0002_guards")]

    operations = [
        migrations.CreateModel(
            name="PaymentInstruction",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("pay_by_on", models.DateField(help_text="the last day on which a payment still counts", null=True)),
                ("is_held", models.BooleanField(default=False, help_text="not paid until this is lifted")),
                ("because", models.CharField(max_length=200)),
                ("set_at", models.DateTimeField()),
                (
                    "claim",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="payment_instruction",
                        to="claims.claim",
                    ),
                ),
                (
                    "employer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="employers.employer"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("is_held", True), ("pay_by_on__isnull", False), _connector="OR"),
                        name="instruction_says_something",
                    )
                ],
            },
        ),
        employer_isolation("claims_paymentinstruction"),
        migrations.AddIndex(
            model_name="claim",
            index=models.Index(
                condition=models.Q(("status", "pended")), fields=["employer", "id"], name="claim_pended_of_employer"
            ),
        ),
    ]
