"""Each claims account gets accounts for what was recovered, and for others' shares of it."""

from django.db import migrations, models

_OPEN = """
INSERT INTO employers_ledgeraccount (employer_id, claims_account_id, kind)
SELECT employer_id, id, kind FROM employers_claimsaccount, unnest(ARRAY['recovered', 'recovery_shares']) kind
    ON CONFLICT DO NOTHING;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("employers", "0006_funding_requests"),
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
                    ("recovered", "recovered for the plan, less what was given up"),
                    ("recovery_shares", "shares of recoveries owed to others"),
                ],
                max_length=20,
            ),
        ),
        migrations.RunSQL(_OPEN, migrations.RunSQL.noop),
    ]
