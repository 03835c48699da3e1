"""How claims accounts are funded: terms, requests with their register, approvals, receipts, settlements."""

import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
import django.db.models.expressions
from django.db import migrations, models

from tpa.foundation.guards import append_only, employer_isolation, superseded_only

_TABLES = ("fundingterms", "fundingrequest", "fundingitem", "fundingapproval", "fundingreceipt", "fundingsettlement")

_OPEN = """
INSERT INTO employers_ledgeraccount (employer_id, claims_account_id, kind)
SELECT employer_id, id, 'reserve' FROM employers_claimsaccount ON CONFLICT DO NOTHING;
"""

# A row names its parent together with the claims account, so that no money of one plan can stand on another's request:
# child, its column, parent.
_SAME_ACCOUNT = (
    ("employers_fundingrequest", "terms_id", "employers_fundingterms"),
    ("employers_fundingitem", "request_id", "employers_fundingrequest"),
    ("employers_fundingitem", "transaction_id", "employers_ledgertransaction"),
    ("employers_fundingreceipt", "request_id", "employers_fundingrequest"),
    ("employers_fundingreceipt", "transaction_id", "employers_ledgertransaction"),
    ("employers_fundingsettlement", "terms_id", "employers_fundingterms"),
    ("employers_fundingsettlement", "request_id", "employers_fundingrequest"),
)
# Child, its column, parent: of one employer.
_SAME_EMPLOYER = (
    ("employers_fundingterms", "claims_account_id", "employers_claimsaccount"),
    ("employers_fundingrequest", "claims_account_id", "employers_claimsaccount"),
    ("employers_fundingitem", "claims_account_id", "employers_claimsaccount"),
    ("employers_fundingreceipt", "claims_account_id", "employers_claimsaccount"),
    ("employers_fundingsettlement", "claims_account_id", "employers_claimsaccount"),
    ("employers_fundingapproval", "request_id", "employers_fundingrequest"),
)

# The columns named in the trigger may change, all others not; rows stay.
ONLY_CHANGES = """
CREATE FUNCTION employers_only_changes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND to_jsonb(NEW) - TG_ARGV = to_jsonb(OLD) - TG_ARGV THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '% stands: this % is refused', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER funding_request_stands BEFORE UPDATE OR DELETE ON employers_fundingrequest
    FOR EACH ROW EXECUTE FUNCTION employers_only_changes('status', 'status_at', 'because');
"""
CHANGES_AGAIN = """
DROP TRIGGER funding_request_stands ON employers_fundingrequest; DROP FUNCTION employers_only_changes();
"""

# At commit a request is the sum of its items; and none is added to it afterwards. As the owner: it must see all.
REGISTER_ADDS_UP = """
CREATE FUNCTION employers_register_adds_up() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
    total numeric;
BEGIN
    SELECT coalesce(sum(amount), 0) INTO total FROM employers_fundingitem WHERE request_id = NEW.id;
    IF total <> NEW.amount THEN
        RAISE EXCEPTION 'request % asks for % and its register comes to %', NEW.id, NEW.amount, total
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE FUNCTION employers_register_is_closed() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
    IF EXISTS (SELECT FROM added a JOIN employers_fundingrequest r ON r.id = a.request_id
                WHERE r.booked_in <> txid_current()) THEN
        RAISE EXCEPTION 'a request was raised before: nothing is added to its register'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
DO $$
BEGIN
    EXECUTE format('ALTER FUNCTION employers_register_adds_up() SET search_path = %I, pg_temp', current_schema());
    EXECUTE format('ALTER FUNCTION employers_register_is_closed() SET search_path = %I, pg_temp', current_schema());
END $$;
REVOKE ALL ON FUNCTION employers_register_adds_up() FROM PUBLIC;
REVOKE ALL ON FUNCTION employers_register_is_closed() FROM PUBLIC;
CREATE CONSTRAINT TRIGGER register_adds_up AFTER INSERT ON employers_fundingrequest
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION employers_register_adds_up();
CREATE TRIGGER register_is_closed AFTER INSERT ON employers_fundingitem
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION employers_register_is_closed();
"""
REGISTER_IS_FREE = """
DROP TRIGGER register_adds_up ON employers_fundingrequest;
DROP TRIGGER register_is_closed ON employers_fundingitem;
DROP FUNCTION employers_register_adds_up();
DROP FUNCTION employers_register_is_closed();
"""


def _together(rows: tuple[tuple[str, str, str], ...], column: str, words: str) -> list[migrations.RunSQL]:
    parents = [
        migrations.RunSQL(
            f"ALTER TABLE {parent} ADD CONSTRAINT {parent}_{words} UNIQUE (id, {column})",
            f"ALTER TABLE {parent} DROP CONSTRAINT {parent}_{words}",
        )
        # Of an employer, a claims account is told already.
        for parent in sorted({parent for _child, _column, parent in rows} - {"employers_claimsaccount"})
    ]
    children = [
        migrations.RunSQL(
            f"ALTER TABLE {child} ADD CONSTRAINT {child}_{own}_{words} FOREIGN KEY ({own}, {column})"
            f" REFERENCES {parent} (id, {column}) DEFERRABLE INITIALLY DEFERRED",
            f"ALTER TABLE {child} DROP CONSTRAINT {child}_{own}_{words}",
        )
        for child, own, parent in rows
    ]
    return [*parents, *children]


class Migration(migrations.Migration):
    dependencies = [
        ("employers", "0005_order_of_benefits"),
    ]

    operations = [
        migrations.AlterField(
            model_name="ledgeraccount",
            name="kind",
            field=models.CharField(
                choices=[
                    ("cash", "cash in the claims account"),
                    ("employer_funds", "funds held for the employer"),
                    ("claims_paid", "claims paid"),
                    ("payments_out", "payments issued, not yet cleared"),
                    ("due_from_employer", "to be reimbursed by the employer"),
                    ("tpa_funds", "advanced from TPA funds"),
                    ("fees", "administrative fees"),
                    ("recoveries", "recoveries due from payees"),
                    ("pass_through", "collected for others: premium, vendors, taxes"),
                    ("stop_loss", "reimbursed by stop-loss carriers"),
                    ("reserve", "kept for the run-out of a level-funded term"),
                ],
                max_length=20,
            ),
        ),
        migrations.CreateModel(
            name="FundingTerms",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "mode",
                    models.CharField(
                        choices=[
                            ("own_account", "own account, pay as presented"),
                            ("prefund", "paid in before claims are paid"),
                            ("weekly_pull", "pulled once a week"),
                            ("level", "level-funded"),
                            ("imprest", "imprest: refilled to a target"),
                        ],
                        max_length=12,
                    ),
                ),
                ("period", django.contrib.postgres.fields.ranges.DateRangeField()),
                ("section", models.CharField(blank=True, help_text="of the agreement that says so", max_length=80)),
                (
                    "due_days",
                    models.SmallIntegerField(default=1, help_text="bank days from a request until its money is wanted"),
                ),
                (
                    "expires_days",
                    models.SmallIntegerField(help_text="bank days after which it lapses if not approved", null=True),
                ),
                (
                    "two_people_above_amount",
                    models.DecimalField(
                        decimal_places=2,
                        help_text="a request above it wants two people; none: one will do",
                        max_digits=14,
                        null=True,
                    ),
                ),
                ("pull_weekday", models.SmallIntegerField(help_text="of a weekly pull: Monday is 0", null=True)),
                (
                    "target_amount",
                    models.DecimalField(
                        decimal_places=2,
                        help_text="of an imprest account: what it is refilled to",
                        max_digits=14,
                        null=True,
                    ),
                ),
                (
                    "refill_below_amount",
                    models.DecimalField(
                        decimal_places=2,
                        help_text="below which an imprest account is refilled",
                        max_digits=14,
                        null=True,
                    ),
                ),
                (
                    "deposit_amount",
                    models.DecimalField(
                        decimal_places=2,
                        help_text="of level funding: a month's; none: it comes with the invoice",
                        max_digits=14,
                        null=True,
                    ),
                ),
                (
                    "deposit_day",
                    models.SmallIntegerField(help_text="of the month, on which the deposit is wanted", null=True),
                ),
                (
                    "reserve_percent",
                    models.DecimalField(
                        decimal_places=2, default=0, help_text="of each deposit, kept for the run-out", max_digits=5
                    ),
                ),
                (
                    "run_out_months_count",
                    models.SmallIntegerField(help_text="after the term, until it is settled", null=True),
                ),
                (
                    "surplus_percent",
                    models.DecimalField(
                        decimal_places=2, help_text="of a surplus, the employer's share", max_digits=5, null=True
                    ),
                ),
                (
                    "surplus_as",
                    models.CharField(
                        blank=True, choices=[("refund", "paid back"), ("credit", "stays in the account")], max_length=6
                    ),
                ),
                (
                    "deficit_percent",
                    models.DecimalField(
                        decimal_places=2, help_text="of a deficit, what the employer bears", max_digits=5, null=True
                    ),
                ),
                ("recorded_at", models.DateTimeField()),
                ("superseded_at", models.DateTimeField(null=True)),
                (
                    "claims_account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="funding_terms",
                        to="employers.claimsaccount",
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
                "verbose_name_plural": "funding terms",
                "constraints": [
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        condition=models.Q(("superseded_at__isnull", True)),
                        expressions=[("claims_account", "="), ("period", "&&")],
                        name="funding_terms_one_at_a_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("due_days__range", (0, 60)),
                            models.Q(("expires_days__isnull", True), ("expires_days__range", (1, 60)), _connector="OR"),
                            models.Q(
                                ("two_people_above_amount__isnull", True),
                                ("two_people_above_amount__gte", 0),
                                _connector="OR",
                            ),
                            ("reserve_percent__range", (0, 100)),
                        ),
                        name="funding_days_are_sound",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("mode", "weekly_pull"),
                                ("pull_weekday__isnull", False),
                                ("pull_weekday__range", (0, 4)),
                            ),
                            models.Q(models.Q(("mode", "weekly_pull"), _negated=True), ("pull_weekday__isnull", True)),
                            _connector="OR",
                        ),
                        name="weekly_pull_has_its_day",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("mode", "imprest"),
                                ("refill_below_amount__gte", 0),
                                ("refill_below_amount__isnull", False),
                                ("target_amount__gt", models.F("refill_below_amount")),
                                ("target_amount__isnull", False),
                            ),
                            models.Q(
                                models.Q(("mode", "imprest"), _negated=True),
                                ("refill_below_amount__isnull", True),
                                ("target_amount__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="imprest_has_its_target",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("deficit_percent__isnull", False),
                                ("deficit_percent__range", (0, 100)),
                                ("mode", "level"),
                                ("run_out_months_count__isnull", False),
                                ("run_out_months_count__range", (0, 36)),
                                ("surplus_as__in", ["refund", "credit"]),
                                ("surplus_percent__isnull", False),
                                ("surplus_percent__range", (0, 100)),
                                models.Q(
                                    models.Q(
                                        ("deposit_amount__gt", 0),
                                        ("deposit_amount__isnull", False),
                                        ("deposit_day__isnull", False),
                                        ("deposit_day__range", (1, 28)),
                                    ),
                                    models.Q(("deposit_amount__isnull", True), ("deposit_day__isnull", True)),
                                    _connector="OR",
                                ),
                            ),
                            models.Q(
                                models.Q(("mode", "level"), _negated=True),
                                ("deficit_percent__isnull", True),
                                ("deposit_amount__isnull", True),
                                ("deposit_day__isnull", True),
                                ("reserve_percent", 0),
                                ("run_out_months_count__isnull", True),
                                ("surplus_as", ""),
                                ("surplus_percent__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="level_funding_has_its_shares",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="FundingRequest",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(max_length=12, unique=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("claims", "for claims"),
                            ("deposit", "monthly deposit"),
                            ("deficit", "deficit of a settled term"),
                        ],
                        max_length=8,
                    ),
                ),
                ("month_on", models.DateField(help_text="of a monthly deposit: the month's first day", null=True)),
                ("amount", models.DecimalField(decimal_places=2, max_digits=14)),
                (
                    "goal_amount",
                    models.DecimalField(
                        decimal_places=2, default=0, help_text="what the account shall hold", max_digits=14
                    ),
                ),
                (
                    "balance_amount",
                    models.DecimalField(
                        decimal_places=2,
                        default=0,
                        help_text="what it held when this was raised, payments issued deducted",
                        max_digits=14,
                    ),
                ),
                (
                    "awaited_amount",
                    models.DecimalField(
                        decimal_places=2,
                        default=0,
                        help_text="of earlier requests, what was still awaited",
                        max_digits=14,
                    ),
                ),
                ("raised_on", models.DateField()),
                ("raised_at", models.DateTimeField()),
                ("raised_by", models.CharField(max_length=80)),
                ("due_on", models.DateField(help_text="the bank day by which the money is wanted")),
                ("expires_on", models.DateField(help_text="lapses after it if not approved", null=True)),
                ("wanted_count", models.SmallIntegerField(help_text="approvals wanted")),
                ("because", models.CharField(blank=True, help_text="why it was turned down or closed", max_length=300)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("raised", "waits for approval"),
                            ("approved", "approved"),
                            ("partly", "received in part"),
                            ("received", "received"),
                            ("closed", "closed short"),
                            ("rejected", "rejected"),
                            ("cancelled", "cancelled"),
                            ("expired", "lapsed"),
                        ],
                        default="raised",
                        max_length=10,
                    ),
                ),
                ("status_at", models.DateTimeField()),
                (
                    "booked_in",
                    models.BigIntegerField(
                        db_default=models.Func(function="txid_current"),
                        editable=False,
                        help_text="the transaction that wrote its items",
                    ),
                ),
                (
                    "claims_account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="funding_requests",
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
                    "terms",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="requests",
                        to="employers.fundingterms",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["claims_account", "-id"], name="funding_request_of_account"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("amount__gt", 0), ("wanted_count__in", [1, 2]), models.Q(("number", ""), _negated=True)
                        ),
                        name="funding_request_is_sound",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "claims"), _negated=True),
                            (
                                "amount",
                                django.db.models.expressions.CombinedExpression(
                                    django.db.models.expressions.CombinedExpression(
                                        models.F("goal_amount"), "-", models.F("balance_amount")
                                    ),
                                    "-",
                                    models.F("awaited_amount"),
                                ),
                            ),
                            _connector="OR",
                        ),
                        name="funding_request_reaches_its_goal",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "deposit"), ("month_on__isnull", False)),
                            models.Q(models.Q(("kind", "deposit"), _negated=True), ("month_on__isnull", True)),
                            _connector="OR",
                        ),
                        name="deposit_has_its_month",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(
                            ("kind", "deposit"),
                            models.Q(("status__in", ["rejected", "cancelled", "expired"]), _negated=True),
                        ),
                        fields=("claims_account", "month_on"),
                        name="one_deposit_a_month",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="FundingSettlement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("settled_on", models.DateField()),
                ("deposits_amount", models.DecimalField(decimal_places=2, max_digits=14)),
                (
                    "reimbursed_amount",
                    models.DecimalField(decimal_places=2, help_text="by stop-loss carriers", max_digits=14),
                ),
                (
                    "claims_amount",
                    models.DecimalField(
                        decimal_places=2,
                        help_text="incurred in the term, paid until the end of its run-out",
                        max_digits=14,
                    ),
                ),
                (
                    "surplus_amount",
                    models.DecimalField(decimal_places=2, help_text="below zero: a deficit", max_digits=14),
                ),
                (
                    "employer_amount",
                    models.DecimalField(decimal_places=2, help_text="of it, the employer's", max_digits=14),
                ),
                (
                    "other_amount",
                    models.DecimalField(
                        decimal_places=2, help_text="of it, the administrator's or carrier's", max_digits=14
                    ),
                ),
                ("recorded_at", models.DateTimeField()),
                ("recorded_by", models.CharField(max_length=80)),
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
                    "request",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="employers.fundingrequest",
                    ),
                ),
                (
                    "terms",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="settlement",
                        to="employers.fundingterms",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "surplus_amount",
                                django.db.models.expressions.CombinedExpression(
                                    django.db.models.expressions.CombinedExpression(
                                        models.F("deposits_amount"), "+", models.F("reimbursed_amount")
                                    ),
                                    "-",
                                    models.F("claims_amount"),
                                ),
                            ),
                            (
                                "surplus_amount",
                                django.db.models.expressions.CombinedExpression(
                                    models.F("employer_amount"), "+", models.F("other_amount")
                                ),
                            ),
                        ),
                        name="funding_settlement_adds_up",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="FundingReceipt",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("received_on", models.DateField()),
                ("amount", models.DecimalField(decimal_places=2, max_digits=14)),
                ("bank_reference", models.CharField(help_text="once an account", max_length=50)),
                ("because", models.CharField(blank=True, max_length=200)),
                ("recorded_at", models.DateTimeField()),
                ("recorded_by", models.CharField(max_length=80)),
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
                    "reverses",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reversed_by",
                        to="employers.fundingreceipt",
                    ),
                ),
                (
                    "transaction",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="employers.ledgertransaction"
                    ),
                ),
                (
                    "request",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="receipts",
                        to="employers.fundingrequest",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("claims_account", "bank_reference"), name="funding_received_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("amount__gt", 0), ("reverses__isnull", True)),
                            models.Q(("amount__lt", 0), ("reverses__isnull", False)),
                            _connector="OR",
                        ),
                        name="funding_receipt_has_its_sign",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="FundingItem",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("paid", "claims paid"),
                            ("approved", "approved claims to be paid"),
                            ("netted", "set off with what payees owe"),
                            ("voided", "payments voided, stopped or returned"),
                            ("refunded", "refunds and recoveries"),
                            ("other", "other money in or out"),
                            ("balance", "to bring the account to what it shall hold"),
                            ("deposit", "monthly deposit"),
                            ("deficit", "the employer's part of a deficit"),
                        ],
                        max_length=8,
                    ),
                ),
                ("claim_id", models.BigIntegerField(help_text="claims.Claim", null=True)),
                ("claim_number", models.CharField(blank=True, max_length=20)),
                ("decision_id", models.BigIntegerField(help_text="claims.Decision", null=True)),
                ("pay_by_on", models.DateField(help_text="the last day on which a payment still counts", null=True)),
                ("due_on", models.DateField(null=True)),
                ("amount", models.DecimalField(decimal_places=2, max_digits=14)),
                ("superseded_at", models.DateTimeField(help_text="when its request was turned down", null=True)),
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
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="employers.employer",
                    ),
                ),
                (
                    "transaction",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="employers.ledgertransaction",
                    ),
                ),
                (
                    "request",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="items", to="employers.fundingrequest"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("amount", 0), _negated=True), name="funding_item_is_something"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("claim_id__isnull", False),
                                ("decision_id__isnull", False),
                                ("kind__in", ["paid", "approved"]),
                            ),
                            models.Q(
                                models.Q(("kind__in", ["paid", "approved"]), _negated=True),
                                ("claim_id__isnull", True),
                                ("decision_id__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="funding_item_names_its_claim",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("decision_id__isnull", False), ("superseded_at__isnull", True)),
                        fields=("decision_id",),
                        name="a_decision_is_funded_once",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("superseded_at__isnull", True), ("transaction__isnull", False)),
                        fields=("transaction",),
                        name="a_posting_is_funded_once",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="FundingApproval",
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
                    "request",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="approvals",
                        to="employers.fundingrequest",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("request", "approved_by"), name="funding_approved_once_a_person")
                ],
            },
        ),
        migrations.RunSQL(_OPEN, migrations.RunSQL.noop),
        *(employer_isolation(f"employers_{table}") for table in _TABLES),
        *_together(_SAME_ACCOUNT, "claims_account_id", "one_account"),
        *_together(_SAME_EMPLOYER, "employer_id", "one_employer"),
        superseded_only("employers_fundingterms"),
        superseded_only("employers_fundingitem"),
        append_only("employers_fundingapproval"),
        append_only("employers_fundingreceipt"),
        append_only("employers_fundingsettlement"),
        migrations.RunSQL(ONLY_CHANGES, CHANGES_AGAIN),
        migrations.RunSQL(REGISTER_ADDS_UP, REGISTER_IS_FREE),
    ]
