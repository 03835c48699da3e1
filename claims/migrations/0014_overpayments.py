"""What was paid too much, what became of it, and what payments tell of it beside their claims."""

import django.contrib.postgres.fields.ranges
import django.db.models.deletion
import django.db.models.expressions
from django.db import migrations, models

from tpa.foundation.guards import append_only, employer_isolation, superseded_only

NUMBERS = "CREATE SEQUENCE claims_overpayment_number AS bigint START 100001 MAXVALUE 999999999;"

# Money owed back stays with one recipient of one account; no payment takes, and nobody gives up, more than is owed.
ENTRIES = """
CREATE FUNCTION claims_overpayment_entry_holds() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.payment_id IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM claims_payment p JOIN claims_overpayment o ON o.id = NEW.overpayment_id
         WHERE p.id = NEW.payment_id AND p.claims_account_id = o.claims_account_id
           AND p.payee_id IS NOT DISTINCT FROM o.payee_id AND p.member_id IS NOT DISTINCT FROM o.member_id) THEN
        RAISE EXCEPTION 'an overpayment is taken from payments of its own account and recipient only'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NEW.kind IN ('offset', 'write_off') AND
        (SELECT sum(amount) FROM claims_overpaymententry WHERE overpayment_id = NEW.overpayment_id) < 0 THEN
        RAISE EXCEPTION 'more was taken of overpayment % than is owed', NEW.overpayment_id
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER overpayment_entry_holds AFTER INSERT ON claims_overpaymententry
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION claims_overpayment_entry_holds();
"""

# At commit: what stands beside a payment's claims comes to what the payment says.
BESIDES = """
CREATE FUNCTION claims_payment_is_its_adjustments() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    besides numeric;
    said numeric;
    payment bigint;
BEGIN
    payment := CASE TG_TABLE_NAME WHEN 'claims_payment' THEN NEW.id ELSE (to_jsonb(NEW) ->> 'payment_id')::bigint END;
    SELECT coalesce(sum(amount), 0) INTO besides FROM claims_paymentadjustment WHERE payment_id = payment;
    SELECT adjustments_amount INTO said FROM claims_payment WHERE id = payment;
    IF besides IS DISTINCT FROM said THEN
        RAISE EXCEPTION 'payment % says % beside its claims, which is %', payment, said, besides
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER payment_is_its_adjustments AFTER INSERT ON claims_payment
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.adjustments_amount <> 0)
    EXECUTE FUNCTION claims_payment_is_its_adjustments();
CREATE CONSTRAINT TRIGGER payment_is_its_adjustments AFTER INSERT ON claims_paymentadjustment
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION claims_payment_is_its_adjustments();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("claims", "0013_bank_statements"),
        ("employers", "0007_recovery_accounts"),
        ("plans", "0006_payee_accounts"),
    ]

    operations = [
        migrations.CreateModel(
            name="RecoveryTerms",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("state", models.CharField(blank=True, help_text="of the payee; blank: any", max_length=2)),
                ("period", django.contrib.postgres.fields.ranges.DateRangeField()),
                (
                    "offset_allowed",
                    models.BooleanField(help_text="may be taken from later payments of the same plan and payee"),
                ),
                ("notice_days", models.IntegerField(help_text="after the letter; 0: taken back at once")),
                ("answer_days", models.IntegerField(help_text="how long the payee has to pay or dispute")),
                ("follow_up_days", models.IntegerField(help_text="until it is asked again")),
                (
                    "follows_state_law",
                    models.BooleanField(help_text="waits as long as the payee's state wants, if that is longer"),
                ),
                ("source", models.CharField(help_text="the agreement and section that say so", max_length=120)),
                ("recorded_at", models.DateTimeField()),
                ("superseded_at", models.DateTimeField(null=True)),
                (
                    "employer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="employers.employer"
                    ),
                ),
                (
                    "payee",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="plans.payee",
                    ),
                ),
                (
                    "plan",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="plans.plan",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "recovery terms",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("answer_days__gte", 1), ("follow_up_days__gte", 1), ("notice_days__gte", 0)
                        ),
                        name="recovery_terms_days",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Overpayment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(max_length=12, unique=True)),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("reversed", "the claim was reversed or decided anew"),
                            ("audit", "found by an audit"),
                            ("duplicate", "paid twice"),
                            ("retro_term", "coverage had ended"),
                            ("other_cover", "another payer was first"),
                        ],
                        max_length=12,
                    ),
                ),
                ("because", models.CharField(max_length=300)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("open", "found, not asked for yet"),
                            ("requested", "asked for"),
                            ("disputed", "disputed by the payee"),
                            ("settled", "settled"),
                        ],
                        default="open",
                        max_length=10,
                    ),
                ),
                ("status_at", models.DateTimeField()),
                ("revision", models.IntegerField(default=0)),
                ("opened_at", models.DateTimeField()),
                ("answer_by_on", models.DateField(help_text="by when the payee is to pay or dispute", null=True)),
                (
                    "offset_from_on",
                    models.DateField(help_text="from when it is taken from payments; null: it is not", null=True),
                ),
                ("next_action_on", models.DateField(help_text="when somebody is to look at it again")),
                (
                    "has_more_to_tell",
                    models.BooleanField(default=False, help_text="the recipient's next remittance has to tell of it"),
                ),
                (
                    "write_off_amount",
                    models.DecimalField(
                        decimal_places=2,
                        help_text="asked to be given up, by one; another decides",
                        max_digits=14,
                        null=True,
                    ),
                ),
                ("write_off_asked_by_id", models.BigIntegerField(null=True)),
                ("write_off_because", models.CharField(blank=True, max_length=300)),
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
                    "employer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="employers.employer"
                    ),
                ),
                (
                    "member",
                    models.ForeignKey(
                        db_index=False,
                        help_text="the subscriber, when benefits were not assigned",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="employers.member",
                    ),
                ),
                (
                    "payee",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="plans.payee",
                    ),
                ),
                (
                    "terms",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="claims.recoveryterms",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["employer", "status", "id"], name="overpayment_of_employer"),
                    models.Index(
                        condition=models.Q(
                            models.Q(("status", "settled"), _negated=True), ("has_more_to_tell", True), _connector="OR"
                        ),
                        fields=["claims_account", "payee"],
                        name="overpayment_of_payee",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("member__isnull", False), ("payee__isnull", True)),
                            models.Q(("member__isnull", True), ("payee__isnull", False)),
                            _connector="OR",
                        ),
                        name="overpayment_has_one_recipient",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="OverpaymentEntry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("found", "found"),
                            ("called", "told on a remittance"),
                            ("offset", "taken from a payment"),
                            ("refund", "refund received"),
                            ("bounced", "refund taken back by the bank"),
                            ("returned", "given back: more came than was owed"),
                            ("write_off", "given up"),
                        ],
                        max_length=10,
                    ),
                ),
                ("amount", models.DecimalField(decimal_places=2, max_digits=14)),
                ("forward_amount", models.DecimalField(decimal_places=2, default=0, max_digits=14)),
                ("posted_on", models.DateField()),
                ("recorded_at", models.DateTimeField()),
                ("recorded_by", models.CharField(max_length=80)),
                ("check_number", models.CharField(blank=True, help_text="of the refund", max_length=30)),
                ("because", models.CharField(blank=True, max_length=300)),
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
                    "overpayment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="entries", to="claims.overpayment"
                    ),
                ),
                (
                    "payment",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="claims.payment",
                    ),
                ),
                (
                    "reverses",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reversed_by",
                        to="claims.overpaymententry",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "overpayment entries",
                "indexes": [
                    models.Index(fields=["overpayment", "id"], name="overpayment_entry_in_order"),
                    models.Index(fields=["employer", "posted_on"], name="overpayment_entry_of_day"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("amount__gt", 0), ("kind__in", ["found", "returned", "bounced"])),
                            models.Q(("amount__lt", 0), ("kind__in", ["offset", "refund", "write_off"])),
                            models.Q(("amount", 0), ("kind", "called")),
                            _connector="OR",
                        ),
                        name="overpayment_entry_sign",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "refund"), _negated=True),
                            models.Q(("check_number", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="overpayment_refund_is_numbered",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind__in", ["offset", "called", "returned"]), _negated=True),
                            ("payment__isnull", False),
                            _connector="OR",
                        ),
                        name="overpayment_offset_has_payment",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="OverpaymentLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("line_number", models.SmallIntegerField(help_text="of the claim; null: the whole of it", null=True)),
                ("amount", models.DecimalField(decimal_places=2, max_digits=14)),
                (
                    "claim",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="claims.claim"),
                ),
                (
                    "decision",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="claims.decision"
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
                    "overpayment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="lines", to="claims.overpayment"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("amount__gt", 0)), name="overpayment_line_is_something"),
                ],
            },
        ),
        migrations.CreateModel(
            name="PaymentAdjustment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("WO", "overpayment recovery"),
                            ("72", "refund received"),
                            ("CS", "adjustment"),
                            ("L6", "interest"),
                        ],
                        max_length=2,
                    ),
                ),
                ("reference", models.CharField(max_length=50)),
                ("amount", models.DecimalField(decimal_places=2, max_digits=14)),
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
                    "entry",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="told_by",
                        to="claims.overpaymententry",
                    ),
                ),
                (
                    "overpayment",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="claims.overpayment",
                    ),
                ),
                (
                    "payment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="adjustments", to="claims.payment"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("amount", 0), _negated=True), name="payment_adjustment_is_something"
                    ),
                ],
            },
        ),
        migrations.RemoveConstraint(
            model_name="payment",
            name="payment_adds_up",
        ),
        migrations.AddField(
            model_name="payment",
            name="adjustments_amount",
            field=models.DecimalField(
                decimal_places=2,
                default=0,
                help_text="the sum of what stands beside its claims: positive reduces it",
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
                                    django.db.models.expressions.CombinedExpression(
                                        models.F("items_amount"), "+", models.F("undelivered_amount")
                                    ),
                                    "-",
                                    models.F("brought_forward_amount"),
                                ),
                                "+",
                                models.F("forward_balance_amount"),
                            ),
                            "-",
                            models.F("adjustments_amount"),
                        ),
                    )
                ),
                name="payment_adds_up",
            ),
        ),
        migrations.RunSQL(NUMBERS, "DROP SEQUENCE claims_overpayment_number;"),
        *[
            employer_isolation(f"claims_{table}")
            for table in (
                "recoveryterms",
                "overpayment",
                "overpaymentline",
                "overpaymententry",
                "paymentadjustment",
            )
        ],
        superseded_only("claims_recoveryterms"),
        append_only("claims_overpaymentline"),
        append_only("claims_overpaymententry"),
        append_only("claims_paymentadjustment"),
        migrations.RunSQL(
            ENTRIES,
            "DROP TRIGGER overpayment_entry_holds ON claims_overpaymententry;"
            " DROP FUNCTION claims_overpayment_entry_holds();",
        ),
        migrations.RunSQL(
            BESIDES,
            "DROP TRIGGER payment_is_its_adjustments ON claims_payment;"
            " DROP TRIGGER payment_is_its_adjustments ON claims_paymentadjustment;"
            " DROP FUNCTION claims_payment_is_its_adjustments();",
        ),
    ]
