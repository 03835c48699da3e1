"""A month's close asks for what was recorded since the one before, whatever day it carries."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("claims", "0004_payment_instructions")]

    operations = [
        migrations.AddIndex(
            model_name="paymentrun",
            index=models.Index(fields=["employer", "issued_at"], name="payment_run_of_time"),
        ),
    ]
