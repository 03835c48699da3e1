"""Accidents for which somebody else may answer, and what plans say of it."""

import django.contrib.postgres.fields.ranges
import django.db.models.deletion
import django.db.models.expressions
from django.db import migrations, models

from tpa.foundation.guards import append_only, employer_isolation, superseded_only


class Migration(migrations.Migration):
    dependencies = [
        ("claims", "0014_overpayments"),
        ("employers", "0007_recovery_accounts"),
        ("plans", "0007_qualifying_amounts_of_anaesthesia"),
    ]

    operations = [
        migrations.CreateModel(
            name="SubrogationTerms",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("period", django.contrib.postgres.fields.ranges.DateRangeField()),
                (
                    "made_whole_applies",
                    models.BooleanField(help_text="the plan is paid only after the member is made whole"),
                ),
                ("common_fund_applies", models.BooleanField(help_text="the plan bears its part of the attorney's fee")),
                (
                    "fee_percent",
                    models.DecimalField(
                        decimal_places=2,
                        help_text="kept by the TPA from what comes in; 0 where the contract bills it",
                        max_digits=5,
                    ),
                ),
                ("clause", models.CharField(help_text="of the plan document", max_length=120)),
                ("recorded_at", models.DateTimeField()),
                ("superseded_at", models.DateTimeField(null=True)),
                (
                    "employer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="employers.employer"
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
                "verbose_name_plural": "subrogation terms",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("fee_percent__gte", 0), ("fee_percent__lte", 100)),
                        name="subrogation_fee_is_a_part",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ThirdPartyCase",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(max_length=12, unique=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("auto", "motor vehicle"),
                            ("work", "at work"),
                            ("premises", "on somebody's premises"),
                            ("product", "a product"),
                            ("malpractice", "malpractice"),
                            ("other", "other"),
                        ],
                        max_length=12,
                    ),
                ),
                ("accident_on", models.DateField()),
                ("because", models.CharField(help_text="what made us ask", max_length=300)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("asked", "the member was asked"),
                            ("open", "somebody may answer for it"),
                            ("noticed", "the lien was told"),
                            ("settled", "agreed, money is due"),
                            ("closed", "closed"),
                        ],
                        default="asked",
                        max_length=10,
                    ),
                ),
                ("status_at", models.DateTimeField()),
                ("revision", models.IntegerField(default=0)),
                ("opened_at", models.DateTimeField()),
                ("next_action_on", models.DateField()),
                (
                    "settlement_amount",
                    models.DecimalField(
                        decimal_places=2, help_text="what the member gets in all", max_digits=14, null=True
                    ),
                ),
                (
                    "attorney_amount",
                    models.DecimalField(
                        decimal_places=2, help_text="of it, fees and costs of the attorney", max_digits=14, null=True
                    ),
                ),
                (
                    "damages_amount",
                    models.DecimalField(
                        decimal_places=2,
                        help_text="the member's whole loss, care included, where it is known",
                        max_digits=14,
                        null=True,
                    ),
                ),
                (
                    "agreed_amount",
                    models.DecimalField(
                        decimal_places=2, help_text="of it, what is paid to the plan", max_digits=14, null=True
                    ),
                ),
                ("agreed_on", models.DateField(null=True)),
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
                (
                    "terms",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="claims.subrogationterms",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["employer", "status", "id"], name="third_party_of_employer"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("agreed_amount__isnull", True),
                                ("attorney_amount__isnull", True),
                                ("settlement_amount__isnull", True),
                            ),
                            models.Q(
                                ("agreed_amount__gte", 0),
                                ("agreed_amount__lte", models.F("settlement_amount")),
                                ("attorney_amount__gte", 0),
                                ("settlement_amount__gte", models.F("attorney_amount")),
                            ),
                            _connector="OR",
                        ),
                        name="settlement_is_whole",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ThirdParty",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("attorney", "the member's attorney"),
                            ("liable", "who may answer for it"),
                            ("carrier", "their carrier"),
                            ("adjuster", "the carrier's adjuster"),
                        ],
                        max_length=10,
                    ),
                ),
                ("name", models.CharField(max_length=120)),
                ("address_line", models.CharField(blank=True, max_length=120)),
                ("city", models.CharField(blank=True, max_length=60)),
                ("state", models.CharField(blank=True, max_length=2)),
                ("postal_code", models.CharField(blank=True, max_length=10)),
                ("phone", models.CharField(blank=True, max_length=20)),
                ("reference", models.CharField(blank=True, help_text="their number for it", max_length=60)),
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
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="parties", to="claims.thirdpartycase"
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "third parties",
            },
        ),
        migrations.CreateModel(
            name="ThirdPartyClaim",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("is_related", models.BooleanField()),
                ("because", models.CharField(max_length=300)),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="claims", to="claims.thirdpartycase"
                    ),
                ),
                (
                    "claim",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="claims.claim"),
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
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("case", "claim"), name="third_party_claim_once"),
                    models.UniqueConstraint(
                        condition=models.Q(("is_related", True)),
                        fields=("claim",),
                        name="claim_in_one_third_party_case",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ThirdPartyReceipt",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("check_number", models.CharField(max_length=30)),
                ("received_on", models.DateField()),
                ("amount", models.DecimalField(decimal_places=2, max_digits=14)),
                (
                    "member_amount",
                    models.DecimalField(
                        decimal_places=2, help_text="beyond what is due to the plan: to be passed on", max_digits=14
                    ),
                ),
                ("fee_amount", models.DecimalField(decimal_places=2, help_text="kept by the TPA", max_digits=14)),
                ("plan_amount", models.DecimalField(decimal_places=2, max_digits=14)),
                ("recorded_at", models.DateTimeField()),
                ("recorded_by", models.CharField(max_length=80)),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="receipts", to="claims.thirdpartycase"
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
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "amount",
                                django.db.models.expressions.CombinedExpression(
                                    django.db.models.expressions.CombinedExpression(
                                        models.F("member_amount"), "+", models.F("fee_amount")
                                    ),
                                    "+",
                                    models.F("plan_amount"),
                                ),
                            )
                        ),
                        name="third_party_receipt_adds_up",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("amount__gt", 0),
                            ("fee_amount__gte", 0),
                            ("member_amount__gte", 0),
                            ("plan_amount__gte", 0),
                        ),
                        name="third_party_receipt_not_negative",
                    ),
                    models.UniqueConstraint(fields=("case", "check_number"), name="third_party_receipt_once"),
                ],
            },
        ),
        migrations.CreateModel(
            name="ThirdPartyShare",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("amount", models.DecimalField(decimal_places=2, max_digits=14)),
                (
                    "claim",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="claims.claim"),
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
                    "decision",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="claims.decision",
                    ),
                ),
                (
                    "employer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="employers.employer"
                    ),
                ),
                (
                    "receipt",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="shares",
                        to="claims.thirdpartyreceipt",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("amount__gt", 0)), name="third_party_share_is_something"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ThirdPartyStep",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("note", "note"),
                            ("letter", "letter written"),
                            ("answer", "the member answered"),
                            ("demand", "demanded"),
                            ("offer", "offered"),
                            ("agreed", "agreed"),
                        ],
                        max_length=8,
                    ),
                ),
                ("amount", models.DecimalField(decimal_places=2, max_digits=14, null=True)),
                ("because", models.CharField(max_length=500)),
                ("at", models.DateTimeField()),
                ("by_name", models.CharField(max_length=80)),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="steps", to="claims.thirdpartycase"
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
            ],
        ),
        migrations.RunSQL(
            "CREATE SEQUENCE claims_third_party_number AS bigint START 100001 MAXVALUE 999999999;",
            "DROP SEQUENCE claims_third_party_number;",
        ),
        *[
            employer_isolation(f"claims_{table}")
            for table in (
                "subrogationterms",
                "thirdpartycase",
                "thirdparty",
                "thirdpartyclaim",
                "thirdpartystep",
                "thirdpartyreceipt",
                "thirdpartyshare",
            )
        ],
        superseded_only("claims_subrogationterms"),
        append_only("claims_thirdpartystep"),
        append_only("claims_thirdpartyreceipt"),
        append_only("claims_thirdpartyshare"),
    ]
