"""The few payments that did not arrive are found by an index of their own."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("claims", "0017_waiting_remittances"),
        ("employers", "0007_recovery_accounts"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="paymentinstrument",
            index=models.Index(
                condition=models.Q(("status__in", ["returned", "stopped", "voided", "reissued", "credited"])),
                fields=["employer"],
                name="instrument_astray",
            ),
        ),
    ]
