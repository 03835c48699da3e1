"""An insurer with business that we administer stands as an employer does."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("employers", "0007_recovery_accounts")]

    operations = [
        migrations.AddField(
            model_name="employer",
            name="kind",
            field=models.CharField(
                choices=[("employer", "employer"), ("insurer", "insurer")], default="employer", max_length=8
            ),
        ),
    ]
