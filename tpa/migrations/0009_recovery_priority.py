"""Whose recovered money is first is a term of a stop-loss policy."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("tpa", "0008_disputes"),
    ]

    operations = [
        migrations.AddField(
            model_name="stoplosspolicy",
            name="recovery_priority",
            field=models.CharField(
                choices=[
                    ("carrier", "the carrier first"),
                    ("shared", "carrier and plan, each its part"),
                    ("plan", "the plan first"),
                ],
                default="carrier",
                help_text="whose it is first, when a third party or a payee gives back what both had paid",
                max_length=7,
            ),
        ),
    ]
