"""Each claims account gets an account for what stop-loss carriers reimburse."""

from django.db import migrations, models

_KINDS = [
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
]
_OPEN = """
INSERT INTO employers_ledgeraccount (employer_id, claims_account_id, kind)
SELECT employer_id, id, 'stop_loss' FROM employers_claimsaccount ON CONFLICT DO NOTHING;
"""


class Migration(migrations.Migration):
    dependencies = [("employers", "0003_pass_through_account")]

    operations = [
        migrations.AlterField(
            model_name="ledgeraccount", name="kind", field=models.CharField(choices=_KINDS, max_length=20)
        ),
        migrations.RunSQL(_OPEN, migrations.RunSQL.noop),
    ]
