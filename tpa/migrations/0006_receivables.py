"""What employers pay, what is left open and given up; rebills beside credits."""

import django.db.models.deletion
from django.db import migrations, models

from tpa.foundation.guards import append_only, employer_isolation

_OF_AN_EMPLOYER = (
    "tpa_receipt",
    "tpa_invoicesettlement",
    "tpa_shortpayment",
    "tpa_writeoff",
    "tpa_writeoffapproval",
    "tpa_reminder",
)
_ONLY_GROWS = ("tpa_receipt", "tpa_invoicesettlement", "tpa_writeoffapproval", "tpa_reminder")

# At commit: a receipt pays no more than it is, and one that was taken back takes back no more than it was.
RECEIPT_SUFFICES = """
CREATE FUNCTION tpa_receipt_suffices() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    received numeric;
    applied numeric;
BEGIN
    SELECT amount INTO received FROM tpa_receipt WHERE id = NEW.receipt_id;
    SELECT sum(amount) INTO applied FROM tpa_invoicesettlement WHERE receipt_id = NEW.receipt_id;
    IF (received >= 0 AND applied > received) OR (received < 0 AND applied < received) THEN
        RAISE EXCEPTION 'receipt % of % settles %', NEW.receipt_id, received, applied
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER receipt_suffices AFTER INSERT ON tpa_invoicesettlement
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.receipt_id IS NOT NULL)
    EXECUTE FUNCTION tpa_receipt_suffices();
CREATE TRIGGER short_payment_stands BEFORE UPDATE OR DELETE ON tpa_shortpayment
    FOR EACH ROW EXECUTE FUNCTION tpa_only_changes('status', 'status_at');
CREATE TRIGGER write_off_stands BEFORE UPDATE OR DELETE ON tpa_writeoff
    FOR EACH ROW EXECUTE FUNCTION tpa_only_changes('status', 'status_at');
"""


class Migration(migrations.Migration):
    dependencies = [
        ("employers", "0003_pass_through_account"),
        ("tpa", "0005_stop_loss_guards"),
    ]

    operations = [
        migrations.CreateModel(
            name="Receipt",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("received_on", models.DateField()),
                ("amount", models.DecimalField(decimal_places=2, max_digits=14)),
                (
                    "method",
                    models.CharField(
                        choices=[
                            ("check", "check"),
                            ("ach", "ACH"),
                            ("wire", "wire"),
                            ("none", "no money moves: invoices and credits set off"),
                        ],
                        max_length=5,
                    ),
                ),
                (
                    "bank_reference",
                    models.CharField(help_text="check, trace or wire number; once an employer", max_length=60),
                ),
                ("file_id", models.BigIntegerField(help_text="the 820 that told it: foundation.EdiFile", null=True)),
                ("because", models.CharField(blank=True, max_length=300)),
                ("recorded_at", models.DateTimeField()),
                ("recorded_by", models.CharField(max_length=80)),
                (
                    "employer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="employers.employer"
                    ),
                ),
                (
                    "reverses",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reversed_by",
                        to="tpa.receipt",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("employer", "bank_reference"), name="receipt_booked_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("amount__gte", 0), ("reverses__isnull", True)),
                            models.Q(("amount__lte", 0), ("reverses__isnull", False)),
                            _connector="OR",
                        ),
                        name="receipt_has_its_sign",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ShortPayment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("amount", models.DecimalField(decimal_places=2, max_digits=14)),
                ("because", models.CharField(max_length=300)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("open", "open"),
                            ("carried", "carried to a later invoice"),
                            ("written_off", "written off"),
                        ],
                        default="open",
                        max_length=12,
                    ),
                ),
                ("status_at", models.DateTimeField()),
                (
                    "charge",
                    models.OneToOneField(
                        help_text="by which it is carried",
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="short_payment",
                        to="tpa.charge",
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
                        on_delete=django.db.models.deletion.PROTECT, related_name="short_payments", to="tpa.invoice"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("amount__gt", 0)), name="short_payment_is_more_than_zero"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="WriteOff",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("amount", models.DecimalField(decimal_places=2, max_digits=14)),
                ("because", models.CharField(max_length=300)),
                ("asked_by", models.CharField(max_length=80)),
                ("asked_at", models.DateTimeField()),
                (
                    "wanted_count",
                    models.SmallIntegerField(help_text="approvals wanted: two above the contract's limit"),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[("asked", "asked"), ("done", "done"), ("refused", "refused")],
                        default="asked",
                        max_length=8,
                    ),
                ),
                ("status_at", models.DateTimeField()),
                (
                    "employer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="employers.employer"
                    ),
                ),
                (
                    "invoice",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="write_offs", to="tpa.invoice"
                    ),
                ),
                (
                    "short_payment",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="write_offs",
                        to="tpa.shortpayment",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("amount__gt", 0), ("wanted_count__in", [1, 2]), models.Q(("because", ""), _negated=True)
                        ),
                        name="write_off_is_sound",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("short_payment__isnull", True), ("status", "asked")),
                        fields=("invoice",),
                        name="one_write_off_asked_an_invoice",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("status", "asked")),
                        fields=("short_payment",),
                        name="one_write_off_asked_a_short_payment",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="InvoiceSettlement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "amount",
                    models.DecimalField(decimal_places=2, help_text="negative when it is taken back", max_digits=14),
                ),
                ("recorded_at", models.DateTimeField()),
                (
                    "claims_account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="employers.claimsaccount"
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
                        on_delete=django.db.models.deletion.PROTECT, related_name="settlements", to="tpa.invoice"
                    ),
                ),
                (
                    "receipt",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="settlements",
                        to="tpa.receipt",
                    ),
                ),
                (
                    "short_payment",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="settlements",
                        to="tpa.shortpayment",
                    ),
                ),
                (
                    "write_off",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="settlements",
                        to="tpa.writeoff",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("receipt__isnull", False), ("short_payment__isnull", True), ("write_off__isnull", True)
                            ),
                            models.Q(
                                ("receipt__isnull", True), ("short_payment__isnull", False), ("write_off__isnull", True)
                            ),
                            models.Q(
                                ("receipt__isnull", True), ("short_payment__isnull", True), ("write_off__isnull", False)
                            ),
                            _connector="OR",
                        ),
                        name="settled_by_one_thing",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("amount", 0), _negated=True), name="settlement_is_something"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Reminder",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("after_days", models.SmallIntegerField()),
                ("sent_on", models.DateField()),
                ("open_amount", models.DecimalField(decimal_places=2, max_digits=14)),
                (
                    "employer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="employers.employer"
                    ),
                ),
                (
                    "invoice",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="reminders", to="tpa.invoice"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("invoice", "after_days"), name="reminded_once_a_day_count"),
                ],
            },
        ),
        migrations.CreateModel(
            name="WriteOffApproval",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("approved_by", models.CharField(max_length=80)),
                ("approved_at", models.DateTimeField()),
                (
                    "employer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="employers.employer"
                    ),
                ),
                (
                    "write_off",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="approvals", to="tpa.writeoff"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("write_off", "approved_by"), name="approved_once_a_person"),
                ],
            },
        ),
        migrations.RemoveConstraint(
            model_name="invoice",
            name="credit_corrects_and_says_why",
        ),
        migrations.AlterField(
            model_name="invoice",
            name="because",
            field=models.CharField(blank=True, help_text="for a correction: why", max_length=300),
        ),
        migrations.AlterField(
            model_name="invoice",
            name="kind",
            field=models.CharField(
                choices=[("invoice", "invoice"), ("credit", "credit"), ("rebill", "rebill")],
                default="invoice",
                max_length=8,
            ),
        ),
        migrations.AlterField(
            model_name="invoice",
            name="status",
            field=models.CharField(
                choices=[("issued", "issued"), ("settled", "settled"), ("written_off", "written off")],
                default="issued",
                max_length=12,
            ),
        ),
        migrations.AlterField(
            model_name="invoiceline",
            name="kind",
            field=models.CharField(
                choices=[
                    ("claims", "claims paid"),
                    ("fee", "fee"),
                    ("premium", "stop-loss premium"),
                    ("vendor", "passed on from vendors"),
                    ("retro", "adjustment of an earlier month"),
                    ("recovery", "recovered and given back"),
                    ("guarantee", "credit for a guarantee missed"),
                    ("tax", "tax"),
                    ("carried", "left open by a short payment"),
                    ("credit", "credit"),
                    ("rebill", "billed again"),
                ],
                max_length=10,
            ),
        ),
        migrations.AddConstraint(
            model_name="invoice",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("corrects__isnull", True), ("kind", "invoice")),
                    models.Q(
                        models.Q(
                            models.Q(("kind", "credit"), ("total_amount__lt", 0)),
                            models.Q(("kind", "rebill"), ("total_amount__gt", 0)),
                            _connector="OR",
                        ),
                        ("corrects__isnull", False),
                        models.Q(("because", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="credit_corrects_and_says_why",
            ),
        ),
        *(employer_isolation(table) for table in _OF_AN_EMPLOYER),
        *(append_only(table) for table in _ONLY_GROWS),
        migrations.RunSQL(
            RECEIPT_SUFFICES,
            "DROP TRIGGER receipt_suffices ON tpa_invoicesettlement; DROP FUNCTION tpa_receipt_suffices();"
            " DROP TRIGGER short_payment_stands ON tpa_shortpayment; DROP TRIGGER write_off_stands ON tpa_writeoff;",
        ),
    ]
