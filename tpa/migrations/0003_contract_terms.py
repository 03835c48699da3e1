"""Contracts get versions of their terms, further kinds of fees, and charges that an invoice takes up."""

import django.db.models.deletion
from django.db import migrations, models

from tpa.foundation.guards import append_only, employer_isolation

# What was agreed so far is each contract's first version.
FIRST_VERSIONS = """
INSERT INTO tpa_contractversion (
    contract_id, employer_id, number, starts_on, scope, governance, lookback_months_count, starts_until_day,
    ends_from_day, invoice_due_days, reminder_days, by_division, run_out_months_count, renewal_notice_days,
    renews_itself, write_off_limit_amount, because, signed_on, recorded_at, recorded_by)
SELECT id, employer_id, 1, lower(period), scope, '{}', lookback_months_count, 1, 1, invoice_due_days, '[]', false, 0,
       90, false, 0, '', signed_on, status_at, 'system:migration'
  FROM tpa_contract;
SET CONSTRAINTS ALL IMMEDIATE;
"""

# A version is put right while it is not signed; then it stands.
VERSION_STANDS = """
CREATE FUNCTION tpa_version_stands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.signed_on IS NULL THEN
        RETURN coalesce(NEW, OLD);
    END IF;
    RAISE EXCEPTION 'a signed version stands: this % is refused', TG_OP
        USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER version_stands BEFORE UPDATE OR DELETE ON tpa_contractversion
    FOR EACH ROW EXECUTE FUNCTION tpa_version_stands();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("employers", "0003_pass_through_account"),
        ("plans", "0002_guards"),
        ("tpa", "0002_guards"),
    ]

    operations = [
        migrations.CreateModel(
            name="Charge",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("vendor", "a vendor's invoice, passed on"),
                            ("recovery", "recovered for the employer"),
                            ("guarantee", "a guarantee missed"),
                            ("short_payment", "left open by a short payment"),
                        ],
                        max_length=14,
                    ),
                ),
                (
                    "reference",
                    models.CharField(help_text="what it is for; a second one is refused", max_length=80, unique=True),
                ),
                ("name", models.CharField(max_length=200)),
                ("section", models.CharField(blank=True, max_length=80)),
                (
                    "incurred_on",
                    models.DateField(help_text="the first invoice of this month or a later one takes it up"),
                ),
                ("amount", models.DecimalField(decimal_places=2, max_digits=14)),
                ("recorded_at", models.DateTimeField()),
                ("recorded_by", models.CharField(max_length=80)),
                (
                    "claims_account",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="employers.claimsaccount",
                    ),
                ),
                (
                    "contract",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="charges", to="tpa.contract"
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
                        condition=models.Q(
                            models.Q(("amount__gt", 0), ("kind__in", ["vendor", "short_payment"])),
                            models.Q(("amount__lt", 0), ("kind__in", ["recovery", "guarantee"])),
                            _connector="OR",
                        ),
                        name="charge_has_its_sign",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ContractVersion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.SmallIntegerField()),
                ("starts_on", models.DateField(help_text="first day of a month")),
                ("scope", models.JSONField(default=list, help_text="services agreed: [[service, contract section] …]")),
                (
                    "governance",
                    models.JSONField(
                        default=dict,
                        help_text="reports, committees, audit rights, termination: each [[what, when, section] …]",
                    ),
                ),
                (
                    "lookback_months_count",
                    models.SmallIntegerField(default=3, help_text="how far back enrolment is re-billed"),
                ),
                (
                    "starts_until_day",
                    models.SmallIntegerField(
                        default=1,
                        help_text="who is covered from this day of the month or before counts for the whole month",
                    ),
                ),
                (
                    "ends_from_day",
                    models.SmallIntegerField(
                        default=1,
                        help_text="who is covered up to this day of the month or after counts for the whole month",
                    ),
                ),
                ("invoice_due_days", models.SmallIntegerField(default=15)),
                (
                    "reminder_days",
                    models.JSONField(default=list, help_text="a reminder so many days after an invoice was due"),
                ),
                (
                    "by_division",
                    models.BooleanField(default=False, help_text="one invoice a division, else one for all"),
                ),
                (
                    "run_out_months_count",
                    models.SmallIntegerField(default=0, help_text="services go on so long after the end"),
                ),
                ("renewal_notice_days", models.SmallIntegerField(default=90, help_text="notice wanted before the end")),
                ("renews_itself", models.BooleanField(default=False)),
                (
                    "write_off_limit_amount",
                    models.DecimalField(
                        decimal_places=2,
                        default=0,
                        help_text="what is written off above it wants two people",
                        max_digits=14,
                    ),
                ),
                ("because", models.CharField(blank=True, help_text="for an amendment: why", max_length=300)),
                ("signed_on", models.DateField(null=True)),
                ("recorded_at", models.DateTimeField()),
                ("recorded_by", models.CharField(max_length=80)),
                (
                    "contract",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="versions", to="tpa.contract"
                    ),
                ),
                (
                    "employer",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="employers.employer",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("contract", "number"), name="contract_version_number"),
                    models.UniqueConstraint(fields=("contract", "starts_on"), name="one_version_a_month"),
                    models.CheckConstraint(
                        condition=models.Q(("starts_on__day", 1)), name="version_starts_with_a_month"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ends_from_day__range", (1, 28)),
                            ("invoice_due_days__gte", 0),
                            ("lookback_months_count__gte", 0),
                            ("renewal_notice_days__gte", 0),
                            ("run_out_months_count__gte", 0),
                            ("starts_until_day__range", (1, 28)),
                            ("write_off_limit_amount__gte", 0),
                        ),
                        name="version_counts_are_sound",
                    ),
                ],
            },
        ),
        migrations.RemoveConstraint(
            model_name="invoice",
            name="one_invoice_a_close",
        ),
        migrations.AddField(
            model_name="contract",
            name="insurer_name",
            field=models.CharField(blank=True, max_length=120),
        ),
        migrations.AddField(
            model_name="contract",
            name="kind",
            field=models.CharField(
                choices=[
                    ("administration", "with an employer: administrative services"),
                    ("insurer", "with an insurer: administration of its business"),
                ],
                default="administration",
                max_length=14,
            ),
        ),
        migrations.AddField(
            model_name="contractfee",
            name="in_run_out",
            field=models.BooleanField(default=False, help_text="for the months after the contract's end only"),
        ),
        migrations.AddField(
            model_name="contractfee",
            name="is_taxable",
            field=models.BooleanField(default=False, help_text="the employer's state levies its tax on it"),
        ),
        migrations.AddField(
            model_name="contractfee",
            name="months_count",
            field=models.SmallIntegerField(help_text="for a run-out fee: of how many last months", null=True),
        ),
        migrations.AddField(
            model_name="contractfee",
            name="payee_name",
            field=models.CharField(blank=True, help_text="carrier or vendor it is passed on to", max_length=120),
        ),
        migrations.AddField(
            model_name="contractfee",
            name="percent",
            field=models.DecimalField(decimal_places=4, max_digits=7, null=True),
        ),
        migrations.AddField(
            model_name="invoice",
            name="division",
            field=models.CharField(blank=True, help_text="its code; blank: the employer as a whole", max_length=30),
        ),
        migrations.AddField(
            model_name="invoiceline",
            name="base_amount",
            field=models.DecimalField(
                decimal_places=2, help_text="what a per cent, or a minimum, is reckoned from", max_digits=14, null=True
            ),
        ),
        migrations.AddField(
            model_name="invoiceline",
            name="percent",
            field=models.DecimalField(decimal_places=4, max_digits=7, null=True),
        ),
        migrations.AlterField(
            model_name="contract",
            name="employer",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="employers.employer"
            ),
        ),
        migrations.AlterField(
            model_name="contractfee",
            name="employer",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="employers.employer"
            ),
        ),
        migrations.AlterField(
            model_name="contractfee",
            name="amount",
            field=models.DecimalField(decimal_places=2, default=0, max_digits=14),
        ),
        migrations.AlterField(
            model_name="contractfee",
            name="kind",
            field=models.CharField(
                choices=[
                    ("pepm", "per employee per month"),
                    ("per_claim", "per claim settled"),
                    ("flat", "flat per month"),
                    ("one_off", "once, in its first month"),
                    ("minimum", "the month's administration fees are at least"),
                    ("of_savings", "per cent of what was billed and not allowed"),
                    ("of_recoveries", "per cent of what was recovered"),
                    ("run_out", "per cent of the last months' administration fees, once, at the end"),
                ],
                max_length=14,
            ),
        ),
        migrations.AlterField(
            model_name="contractfee",
            name="purpose",
            field=models.CharField(
                choices=[
                    ("administration", "the administrator's fee"),
                    ("claims_fund", "paid into the employer's claims account (level funding)"),
                    ("stop_loss", "stop-loss premium, passed on to the carrier"),
                    ("vendor", "a vendor's fee, passed on"),
                ],
                default="administration",
                max_length=14,
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
                ],
                max_length=10,
            ),
        ),
        migrations.AlterField(
            model_name="invoiceline",
            name="section",
            field=models.CharField(blank=True, help_text="of the contract; a tax's citation", max_length=80),
        ),
        migrations.AddConstraint(
            model_name="contract",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("employer__isnull", False), ("insurer_name", ""), ("kind", "administration")),
                    models.Q(
                        ("employer__isnull", True), ("kind", "insurer"), models.Q(("insurer_name", ""), _negated=True)
                    ),
                    _connector="OR",
                ),
                name="contract_has_one_other_party",
            ),
        ),
        migrations.AddConstraint(
            model_name="contractfee",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("amount", 0), ("kind__in", ["of_savings", "of_recoveries", "run_out"]), ("percent__gte", 0)
                    ),
                    models.Q(
                        models.Q(("kind__in", ["of_savings", "of_recoveries", "run_out"]), _negated=True),
                        ("percent__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="fee_is_an_amount_or_a_percent",
            ),
        ),
        migrations.AddConstraint(
            model_name="contractfee",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("in_run_out", True), ("kind", "run_out"), ("months_count__gte", 1)),
                    models.Q(models.Q(("kind", "run_out"), _negated=True), ("months_count__isnull", True)),
                    _connector="OR",
                ),
                name="fee_of_run_out_says_of_what",
            ),
        ),
        migrations.AddConstraint(
            model_name="invoice",
            constraint=models.UniqueConstraint(
                condition=models.Q(("kind", "invoice")), fields=("close", "division"), name="one_invoice_a_close"
            ),
        ),
        migrations.AddField(
            model_name="invoiceline",
            name="charge",
            field=models.OneToOneField(
                help_text="what it takes up, once",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="line",
                to="tpa.charge",
            ),
        ),
        *(employer_isolation(table) for table in ("tpa_charge", "tpa_contractversion")),
        append_only("tpa_charge"),
        migrations.RunSQL(FIRST_VERSIONS, migrations.RunSQL.noop),
        migrations.RemoveField(
            model_name="contract",
            name="invoice_due_days",
        ),
        migrations.RemoveField(
            model_name="contract",
            name="lookback_months_count",
        ),
        migrations.RemoveField(
            model_name="contract",
            name="scope",
        ),
        migrations.RunSQL(
            VERSION_STANDS, "DROP TRIGGER version_stands ON tpa_contractversion; DROP FUNCTION tpa_version_stands();"
        ),
    ]
