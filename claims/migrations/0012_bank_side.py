"""The bank's side of payments: instruments, bank terms, files that go out and come back."""

import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
import django.db.models.expressions
from django.db import migrations, models

import tpa.foundation.encryption
from tpa.foundation.guards import append_only, employer_isolation, superseded_only

# Entries of ACH files are told by seven digits behind the bank's eight; a bank sees them again after ten million.
NUMBERS = "CREATE SEQUENCE claims_ach_entry AS bigint START 1 MAXVALUE 9999999 CYCLE;"

# What was paid before there were instruments had one each, whose file numbered its entries from one.
BEFORE = """
INSERT INTO claims_paymentinstrument (payment_id, employer_id, claims_account_id, number, method, amount, check_number,
    ach_trace, issued_on, status, status_at, revision, because, return_code)
SELECT p.id, p.employer_id, p.claims_account_id, 1, p.method, p.amount, p.check_number, '', p.paid_on, 'issued',
    r.issued_at, 0, '', ''
  FROM claims_payment p JOIN claims_paymentrun r ON r.id = p.run_id WHERE p.amount > 0 ORDER BY p.id;
"""

# What went out stays as it went: only what became of it is written.
MONEY_STAYS = """
CREATE FUNCTION claims_instrument_money_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR (NEW.payment_id, NEW.employer_id, NEW.claims_account_id, NEW.number, NEW.method, NEW.amount,
        NEW.check_number, NEW.issued_on) IS DISTINCT FROM (OLD.payment_id, OLD.employer_id, OLD.claims_account_id,
        OLD.number, OLD.method, OLD.amount, OLD.check_number, OLD.issued_on)
        OR (OLD.ach_file_id IS NOT NULL
            AND (NEW.ach_file_id, NEW.ach_trace) IS DISTINCT FROM (OLD.ach_file_id, OLD.ach_trace))
        OR (OLD.issue_file_id IS NOT NULL AND NEW.issue_file_id IS DISTINCT FROM OLD.issue_file_id)
        OR (OLD.void_file_id IS NOT NULL AND NEW.void_file_id IS DISTINCT FROM OLD.void_file_id) THEN
        RAISE EXCEPTION 'how a payment went out is never edited: %', OLD.id
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER instrument_money_stays BEFORE UPDATE OR DELETE ON claims_paymentinstrument
    FOR EACH ROW EXECUTE FUNCTION claims_instrument_money_stays();
"""

SCOPED = (
    "claims_bankterms",
    "claims_memberaccount",
    "claims_achfile",
    "claims_positivepayfile",
    "claims_receivingaccount",
    "claims_paymentinstrument",
    "claims_returnentry",
)


class Migration(migrations.Migration):
    dependencies = [
        ("claims", "0011_authorizations"),
        ("employers", "0005_order_of_benefits"),
        ("foundation", "0006_modifier_codes"),
        ("plans", "0006_payee_accounts"),
    ]

    operations = [
        migrations.CreateModel(
            name="AchFile",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("destination", models.CharField(help_text="the routing number of the bank", max_length=9)),
                ("origin", models.CharField(max_length=10)),
                ("minute", models.CharField(help_text="the day and time that its header carries", max_length=10)),
                ("modifier", models.CharField(help_text="tells apart files of one day: A to Z, 0 to 9", max_length=1)),
                ("effective_on", models.DateField(help_text="the banking day on which it asks to be settled")),
                ("entry_count", models.IntegerField(help_text="credits and prenotes")),
                ("credit_amount", models.DecimalField(decimal_places=2, max_digits=14)),
                ("made_at", models.DateTimeField()),
                (
                    "claims_account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="employers.claimsaccount"
                    ),
                ),
                (
                    "document",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="foundation.document"
                    ),
                ),
                (
                    "employer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="employers.employer"
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="ach_files",
                        to="claims.paymentrun",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("destination", "origin", "minute", "modifier"), name="ach_file_once"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="BankTerms",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("period", django.contrib.postgres.fields.ranges.DateRangeField()),
                ("bank_name", models.CharField(max_length=23)),
                (
                    "immediate_origin",
                    models.CharField(help_text="as the bank names the sender of our files", max_length=10),
                ),
                (
                    "company_name",
                    models.CharField(help_text="as the receiver reads it on the statement", max_length=16),
                ),
                (
                    "company_number",
                    models.CharField(help_text="the company identification of our batches", max_length=10),
                ),
                (
                    "discretionary",
                    models.CharField(blank=True, default="", help_text="whatever the bank wants there", max_length=20),
                ),
                (
                    "settlement_days",
                    models.SmallIntegerField(default=1, help_text="banking days from payment to settlement"),
                ),
                (
                    "has_prenotes",
                    models.BooleanField(default=False, help_text="a new account is tried with zero dollars first"),
                ),
                (
                    "positive_pay_layout",
                    models.CharField(blank=True, default="", help_text="none: no such file", max_length=20),
                ),
                (
                    "stale_days",
                    models.SmallIntegerField(default=180, help_text="after which a check is void by its print"),
                ),
                (
                    "state_law_applies",
                    models.BooleanField(
                        default=True,
                        help_text="unclaimed money goes to the state; not where it is the assets of an ERISA plan",
                    ),
                ),
                ("source", models.CharField(help_text="the agreement it stands in", max_length=200)),
                ("recorded_at", models.DateTimeField()),
                ("superseded_at", models.DateTimeField(null=True)),
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
            ],
            options={
                "constraints": [
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        condition=models.Q(("superseded_at__isnull", True)),
                        expressions=[("claims_account", "="), ("period", "&&")],
                        name="one_set_of_bank_terms",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("settlement_days__range", (1, 5)), ("stale_days__range", (30, 3650))),
                        name="bank_terms_days",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="MemberAccount",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("routing_number", models.CharField(max_length=9)),
                ("account_number", tpa.foundation.encryption.EncryptedTextField()),
                (
                    "account_type",
                    models.CharField(
                        choices=[("checking", "checking"), ("savings", "savings")], default="checking", max_length=8
                    ),
                ),
                ("because", models.CharField(max_length=120)),
                ("recorded_at", models.DateTimeField()),
                ("superseded_at", models.DateTimeField(null=True)),
                (
                    "employer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="employers.employer"
                    ),
                ),
                (
                    "member",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="employers.member"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("superseded_at__isnull", True)),
                        fields=("member",),
                        name="one_account_of_a_member",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PositivePayFile",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("layout", models.CharField(max_length=20)),
                ("issue_count", models.IntegerField()),
                ("issue_amount", models.DecimalField(decimal_places=2, max_digits=14)),
                ("void_count", models.IntegerField()),
                ("void_amount", models.DecimalField(decimal_places=2, max_digits=14)),
                ("made_at", models.DateTimeField()),
                (
                    "claims_account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="employers.claimsaccount"
                    ),
                ),
                (
                    "document",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="foundation.document"
                    ),
                ),
                (
                    "employer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="employers.employer"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="PaymentInstrument",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "number",
                    models.SmallIntegerField(help_text="1 went out with the payment run, 2 when it was paid again"),
                ),
                ("method", models.CharField(choices=[("check", "check"), ("ach", "ACH")], max_length=5)),
                ("amount", models.DecimalField(decimal_places=2, max_digits=14)),
                ("check_number", models.CharField(blank=True, default="", max_length=10)),
                (
                    "ach_trace",
                    models.CharField(blank=True, default="", help_text="of its entry; returns name it", max_length=15),
                ),
                ("issued_on", models.DateField()),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("issued", "issued"),
                            ("cleared", "cleared"),
                            ("returned", "returned, owed again"),
                            ("stopped", "stopped, owed again"),
                            ("voided", "voided, owed again"),
                            ("reissued", "paid again"),
                            ("credited", "claims taken back"),
                            ("escheated", "went to the state"),
                        ],
                        default="issued",
                        max_length=10,
                    ),
                ),
                ("status_at", models.DateTimeField()),
                ("revision", models.IntegerField(default=0)),
                (
                    "because",
                    models.CharField(blank=True, default="", help_text="why it does not stand", max_length=300),
                ),
                ("return_code", models.CharField(blank=True, default="", max_length=3)),
                (
                    "ach_file",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="instruments",
                        to="claims.achfile",
                    ),
                ),
                (
                    "claims_account",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="employers.claimsaccount",
                    ),
                ),
                (
                    "credited_by",
                    models.ForeignKey(
                        help_text="the payment in which it was set against the claims taken back",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="claims.payment",
                    ),
                ),
                (
                    "employer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="employers.employer"
                    ),
                ),
                (
                    "payment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="instruments", to="claims.payment"
                    ),
                ),
                (
                    "issue_file",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="claims.positivepayfile",
                    ),
                ),
                (
                    "void_file",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="claims.positivepayfile",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("ach_trace", ""), _negated=True),
                        fields=["ach_trace"],
                        name="instrument_trace",
                    ),
                    models.Index(fields=["claims_account", "status"], name="instrument_of_account"),
                    models.Index(
                        condition=models.Q(("ach_file__isnull", True), ("method", "ach"), ("status", "issued")),
                        fields=["claims_account"],
                        name="instrument_not_sent",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("payment", "number"), name="instrument_once"),
                    models.UniqueConstraint(
                        condition=models.Q(("status__in", ["issued", "cleared", "escheated"])),
                        fields=("payment",),
                        name="one_instrument_stands",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("check_number", ""), _negated=True),
                        fields=("check_number",),
                        name="instrument_check_number_once",
                    ),
                    models.CheckConstraint(condition=models.Q(("amount__gt", 0)), name="instrument_moves_money"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("method", "check"), models.Q(("check_number", ""), _negated=True)),
                            models.Q(("method", "ach"), ("check_number", "")),
                            _connector="OR",
                        ),
                        name="instrument_check_is_numbered",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("credited_by__isnull", True), ("status", "credited"), _connector="OR"),
                        name="instrument_credited_in_a_payment",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ReceivingAccount",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("fingerprint", models.CharField(max_length=64)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("to_try", "to be tried"),
                            ("tried", "tried, waits"),
                            ("open", "in use"),
                            ("refused", "refused"),
                        ],
                        max_length=8,
                    ),
                ),
                ("status_at", models.DateTimeField()),
                ("ach_trace", models.CharField(blank=True, default="", help_text="of its prenote", max_length=15)),
                ("usable_on", models.DateField(help_text="the first day of a credit after the prenote", null=True)),
                ("return_code", models.CharField(blank=True, default="", max_length=3)),
                ("noted_on", models.DateField()),
                (
                    "ach_file",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="prenotes",
                        to="claims.achfile",
                    ),
                ),
                (
                    "claims_account",
                    models.ForeignKey(
                        help_text="that tries it",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="employers.claimsaccount",
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
                (
                    "member",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="employers.member"
                    ),
                ),
                (
                    "payee",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="plans.payee"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("ach_trace", ""), _negated=True), fields=["ach_trace"], name="prenote_trace"
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("payee", "member", "fingerprint"), name="receiving_account_once", nulls_distinct=False
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("employer__isnull", True), ("member__isnull", True), ("payee__isnull", False)),
                            models.Q(("employer__isnull", False), ("member__isnull", False), ("payee__isnull", True)),
                            _connector="OR",
                        ),
                        name="receiving_account_of_one",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "tried"), _negated=True),
                            models.Q(("ach_file__isnull", False), ("usable_on__isnull", False)),
                            _connector="OR",
                        ),
                        name="tried_account_has_its_day",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ReturnFile",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("sha256", models.CharField(max_length=64, unique=True)),
                ("name", models.CharField(max_length=255)),
                ("size_bytes", models.IntegerField()),
                ("origin", models.CharField(max_length=20)),
                ("sent_by_id", models.BigIntegerField(null=True)),
                ("received_at", models.DateTimeField()),
                ("again_count", models.IntegerField(default=0, help_text="how often the same bytes came again")),
                ("entry_count", models.IntegerField(default=0)),
                (
                    "open_count",
                    models.IntegerField(default=0, help_text="entries that fitted nothing when the file was read"),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ReturnEntry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("place", models.IntegerField(help_text="the record of the file, counted from one")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("return", "return"),
                            ("change", "notification of change"),
                            ("unread", "not readable"),
                        ],
                        max_length=6,
                    ),
                ),
                ("code", models.CharField(blank=True, max_length=3)),
                ("ach_trace", models.CharField(blank=True, help_text="of the entry that it is about", max_length=15)),
                ("amount", models.DecimalField(decimal_places=2, max_digits=14, null=True)),
                ("name", models.CharField(blank=True, max_length=22)),
                (
                    "corrected",
                    tpa.foundation.encryption.EncryptedTextField(
                        blank=True, default="", help_text="the corrected data of a change"
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("applied", "applied"),
                            ("known", "known already"),
                            ("open", "to be looked at"),
                            ("closed", "looked at"),
                        ],
                        max_length=8,
                    ),
                ),
                ("status_at", models.DateTimeField()),
                ("finding", models.CharField(help_text="what came of it, or why nothing did", max_length=300)),
                (
                    "note",
                    models.CharField(blank=True, default="", help_text="what a person made of it", max_length=300),
                ),
                (
                    "account",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="claims.receivingaccount",
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
                (
                    "instrument",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="returns",
                        to="claims.paymentinstrument",
                    ),
                ),
                (
                    "file",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="entries", to="claims.returnfile"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(condition=models.Q(("status", "open")), fields=["status"], name="return_entry_open"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("file", "place"), name="return_entry_once"),
                ],
            },
        ),
        migrations.RemoveConstraint(
            model_name="payment",
            name="payment_adds_up",
        ),
        migrations.RemoveConstraint(
            model_name="payment",
            name="payment_not_negative",
        ),
        migrations.AddField(
            model_name="payment",
            name="undelivered_amount",
            field=models.DecimalField(
                decimal_places=2,
                default=0,
                help_text="of earlier payments that never arrived, set against their claims taken back",
                max_digits=14,
            ),
        ),
        migrations.AddConstraint(
            model_name="payment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "amount",
                        django.db.models.expressions.CombinedExpression(
                            django.db.models.expressions.CombinedExpression(
                                django.db.models.expressions.CombinedExpression(
                                    models.F("items_amount"), "+", models.F("undelivered_amount")
                                ),
                                "-",
                                models.F("brought_forward_amount"),
                            ),
                            "+",
                            models.F("forward_balance_amount"),
                        ),
                    )
                ),
                name="payment_adds_up",
            ),
        ),
        migrations.AddConstraint(
            model_name="payment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("amount__gte", 0),
                    ("brought_forward_amount__gte", 0),
                    ("forward_balance_amount__gte", 0),
                    ("undelivered_amount__gte", 0),
                ),
                name="payment_not_negative",
            ),
        ),
        migrations.RunSQL(NUMBERS, "DROP SEQUENCE claims_ach_entry;"),
        migrations.RunSQL(
            MONEY_STAYS,
            "DROP TRIGGER instrument_money_stays ON claims_paymentinstrument;"
            " DROP FUNCTION claims_instrument_money_stays();",
        ),
        *(employer_isolation(table) for table in SCOPED),
        append_only("claims_achfile"),
        append_only("claims_positivepayfile"),
        superseded_only("claims_bankterms"),
        superseded_only("claims_memberaccount"),
        migrations.RunSQL(BEFORE, migrations.RunSQL.noop),
    ]
