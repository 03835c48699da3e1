"""Authorizations that people ask for, answer, extend and close; their terms are superseded, their numbers our own."""

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models
from django.db.models import F, Q

# Who has an authorization is of a family; and what stood before these columns had been given.
GIVEN_BEFORE = """
UPDATE claims_authorization a SET family_id = m.family_id, status = 'approved', status_at = a.recorded_at,
       requested_at = a.recorded_at, due_at = a.recorded_at
  FROM employers_member m WHERE m.id = a.member_id;
"""


class Migration(migrations.Migration):
    dependencies = [("claims", "0010_what_ifs"), ("employers", "0002_guards")]

    operations = [
        migrations.RunSQL(
            "CREATE SEQUENCE claims_authorization_number AS bigint START 100001 MAXVALUE 999999999;",
            "DROP SEQUENCE claims_authorization_number;",
        ),
        migrations.AlterField("authorization", "number", models.CharField(max_length=50)),
        migrations.AlterField("authorization", "units_count", models.DecimalField(decimal_places=2, max_digits=12)),
        migrations.AlterField(
            "authorization",
            "provider",
            models.ForeignKey(
                help_text="null: whoever renders it",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="plans.provider",
            ),
        ),
        migrations.AddField(
            "authorization",
            "family",
            models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="employers.family",
            ),
        ),
        migrations.AddField(
            "authorization",
            "status",
            models.CharField(
                choices=[
                    ("requested", "requested"),
                    ("approved", "approved"),
                    ("denied", "denied"),
                    ("closed", "closed"),
                ],
                default="requested",
                max_length=10,
            ),
        ),
        *[
            migrations.AddField(
                "authorization",
                name,
                models.DateTimeField(default=django.utils.timezone.now, **words),
                preserve_default=False,
            )
            for name, words in (
                ("status_at", {}),
                ("requested_at", {}),
                ("due_at", {"help_text": "by when the law wants it answered"}),
            )
        ],
        migrations.AddField("authorization", "revision", models.IntegerField(default=0)),
        migrations.AddField("authorization", "is_urgent", models.BooleanField(default=False)),
        migrations.AddField(
            "authorization",
            "because",
            models.CharField(
                default="", help_text="why it was asked for, answered or changed, at the last", max_length=300
            ),
            preserve_default=False,
        ),
        migrations.RunSQL(GIVEN_BEFORE, migrations.RunSQL.noop),
        migrations.AlterField(
            "authorization",
            "family",
            models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="employers.family",
            ),
        ),
        migrations.AddConstraint(
            "authorization",
            models.UniqueConstraint(
                condition=Q(("superseded_at__isnull", True)), fields=("number",), name="authorization_number_once"
            ),
        ),
        migrations.AddConstraint(
            "authorization",
            models.CheckConstraint(condition=Q(("units_count__gt", 0)), name="authorization_has_units"),
        ),
        migrations.AddConstraint(
            "authorization",
            models.CheckConstraint(condition=Q(("code_from__lte", F("code_to"))), name="authorization_codes_in_order"),
        ),
        migrations.AddIndex(
            "authorization",
            models.Index(
                condition=Q(("status", "requested"), ("superseded_at__isnull", True)),
                fields=["due_at", "id"],
                name="authorization_requested",
            ),
        ),
    ]
