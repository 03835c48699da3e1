"""What was found of a claim that is taken back as a whole is owed once: by the reversal."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("claims", "0015_third_parties")]

    operations = [
        migrations.RemoveConstraint(model_name="overpaymententry", name="overpayment_entry_sign"),
        migrations.RemoveConstraint(model_name="overpaymententry", name="overpayment_offset_has_payment"),
        migrations.AlterField(
            model_name="overpaymententry",
            name="kind",
            field=models.CharField(
                choices=[
                    ("found", "found"),
                    ("called", "told on a remittance"),
                    ("offset", "taken from a payment"),
                    ("refund", "refund received"),
                    ("bounced", "refund taken back by the bank"),
                    ("returned", "given back: more came than was owed"),
                    ("write_off", "given up"),
                    ("replaced", "the whole claim was taken back"),
                ],
                max_length=10,
            ),
        ),
        migrations.AddConstraint(
            model_name="overpaymententry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("amount__gt", 0), ("kind__in", ["found", "returned", "bounced"])),
                    models.Q(("amount__lt", 0), ("kind__in", ["offset", "refund", "write_off", "replaced"])),
                    models.Q(("amount", 0), ("kind", "called")),
                    _connector="OR",
                ),
                name="overpayment_entry_sign",
            ),
        ),
        migrations.AddConstraint(
            model_name="overpaymententry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind__in", ["offset", "called", "returned", "replaced"]), _negated=True),
                    ("payment__isnull", False),
                    _connector="OR",
                ),
                name="overpayment_offset_has_payment",
            ),
        ),
    ]
