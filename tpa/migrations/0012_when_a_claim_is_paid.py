"""When a policy calls a claim paid that was paid twice; packets tell of a claim taken back, paid again, taken back."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("claims", "0018_payments_gone_astray"),
        ("employers", "0007_recovery_accounts"),
        ("tpa", "0011_taken_back_in_parts"),
    ]

    operations = [
        migrations.RemoveConstraint(model_name="stoplossrequestclaim", name="taken_back_once_a_packet"),
        migrations.RemoveConstraint(
            model_name="stoplossrequestclaim",
            name="told_in_one_packet",
        ),
        migrations.AddField(
            model_name="stoplosspolicy",
            name="paid_section",
            field=models.CharField(
                blank=True, default="", help_text="where the policy says when a claim is paid", max_length=40
            ),
        ),
        migrations.AddField(
            model_name="stoplosspolicy",
            name="reissued_counts_from",
            field=models.CharField(
                choices=[("reissue", "the day it was made again"), ("first", "the day it first went out")],
                default="reissue",
                help_text="when a payment counts that did not arrive and was made again",
                max_length=7,
            ),
        ),
        migrations.AlterField(
            model_name="stoplossrequestclaim",
            name="purpose",
            field=models.CharField(
                choices=[
                    ("paid", "paid"),
                    ("to_pay", "approved, to be paid with the advance"),
                    ("taken_back", "taken back"),
                    ("paid_again", "paid again"),
                ],
                max_length=10,
            ),
        ),
        migrations.AddConstraint(
            model_name="stoplossrequestclaim",
            constraint=models.UniqueConstraint(
                condition=models.Q(("is_withdrawn", False), ("purpose__in", ["paid", "to_pay"])),
                fields=("coverage", "decision", "incurred_on", "benefit", "purpose"),
                name="told_in_one_packet",
            ),
        ),
        migrations.AddConstraint(
            model_name="stoplossrequestclaim",
            constraint=models.UniqueConstraint(
                fields=("request", "decision", "incurred_on", "benefit", "purpose"), name="told_once_in_a_packet"
            ),
        ),
    ]
