"""What comes back of a claim that a packet told comes in parts, and each part is told."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tpa", "0010_renewal_tasks")]

    operations = [
        migrations.RemoveConstraint(model_name="stoplossrequestclaim", name="told_in_one_packet"),
        migrations.AddConstraint(
            model_name="stoplossrequestclaim",
            constraint=models.UniqueConstraint(
                condition=models.Q(("is_withdrawn", False), models.Q(("purpose", "taken_back"), _negated=True)),
                fields=("coverage", "decision", "incurred_on", "benefit", "purpose"),
                name="told_in_one_packet",
            ),
        ),
        migrations.AddConstraint(
            model_name="stoplossrequestclaim",
            constraint=models.UniqueConstraint(
                condition=models.Q(("purpose", "taken_back")),
                fields=("request", "decision", "incurred_on", "benefit"),
                name="taken_back_once_a_packet",
            ),
        ),
    ]
