"""Lines of invoices that employers dispute, what is written about them, and the answers."""

import django.db.models.deletion
from django.db import migrations, models

from tpa.foundation.guards import append_only, employer_isolation

DISPUTE_STANDS = """
CREATE TRIGGER dispute_stands BEFORE UPDATE OR DELETE ON tpa_invoicedispute
    FOR EACH ROW EXECUTE FUNCTION tpa_only_changes('status', 'status_at', 'answer', 'answered_by', 'credit_id');
"""


class Migration(migrations.Migration):
    dependencies = [
        ("employers", "0005_order_of_benefits"),
        ("tpa", "0007_guarantees_and_licences"),
    ]

    operations = [
        migrations.CreateModel(
            name="InvoiceDispute",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "amount",
                    models.DecimalField(decimal_places=2, help_text="what of the line is disputed", max_digits=14),
                ),
                ("because", models.CharField(max_length=300)),
                ("opened_by", models.CharField(max_length=80)),
                ("opened_at", models.DateTimeField()),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("open", "disputed"),
                            ("upheld", "line upheld"),
                            ("credited", "credited"),
                            ("withdrawn", "withdrawn"),
                        ],
                        default="open",
                        max_length=10,
                    ),
                ),
                ("status_at", models.DateTimeField()),
                ("answer", models.CharField(blank=True, max_length=300)),
                ("answered_by", models.CharField(blank=True, max_length=80)),
                (
                    "credit",
                    models.OneToOneField(
                        help_text="the credit given",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="dispute",
                        to="tpa.invoice",
                    ),
                ),
                (
                    "employer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="employers.employer"
                    ),
                ),
                (
                    "invoice",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="disputes", to="tpa.invoice"
                    ),
                ),
                (
                    "line",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="disputes", to="tpa.invoiceline"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["invoice", "status"], name="dispute_of_invoice"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("amount__gt", 0), models.Q(("because", ""), _negated=True)),
                        name="dispute_says_why",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("status__in", ["open", "withdrawn"]),
                            models.Q(
                                ("credit__isnull", True),
                                ("status", "upheld"),
                                models.Q(("answer", ""), _negated=True),
                                models.Q(("answered_by", ""), _negated=True),
                            ),
                            models.Q(
                                ("credit__isnull", False),
                                ("status", "credited"),
                                models.Q(("answer", ""), _negated=True),
                                models.Q(("answered_by", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="dispute_is_answered",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("status", "open")), fields=("line",), name="one_open_dispute_a_line"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="DisputeNote",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("is_from_employer", models.BooleanField()),
                ("text", models.CharField(max_length=1000)),
                ("written_by", models.CharField(max_length=80)),
                ("written_at", models.DateTimeField()),
                (
                    "employer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="employers.employer"
                    ),
                ),
                (
                    "dispute",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="notes", to="tpa.invoicedispute"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("text", ""), _negated=True), name="dispute_note_says_something"
                    ),
                ],
            },
        ),
        employer_isolation("tpa_invoicedispute"),
        employer_isolation("tpa_disputenote"),
        append_only("tpa_disputenote"),
        migrations.RunSQL(DISPUTE_STANDS, "DROP TRIGGER dispute_stands ON tpa_invoicedispute;"),
    ]
