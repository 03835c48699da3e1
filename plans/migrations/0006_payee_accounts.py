"""Accounts of payees: their kind, and those they had before."""

import django.db.models.deletion
from django.db import migrations, models

import tpa.foundation.encryption
from tpa.foundation.guards import append_only


class Migration(migrations.Migration):
    dependencies = [
        ("plans", "0005_scenario_proofs"),
    ]

    operations = [
        migrations.AddField(
            model_name="payee",
            name="bank_account_type",
            field=models.CharField(
                choices=[("checking", "checking"), ("savings", "savings")], default="checking", max_length=8
            ),
        ),
        migrations.CreateModel(
            name="FormerAccount",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("bank_routing_number", models.CharField(blank=True, max_length=9)),
                ("bank_account_number", tpa.foundation.encryption.EncryptedTextField(blank=True, default="")),
                (
                    "bank_account_type",
                    models.CharField(choices=[("checking", "checking"), ("savings", "savings")], max_length=8),
                ),
                ("ended_at", models.DateTimeField()),
                ("because", models.CharField(max_length=120)),
                (
                    "payee",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="former_accounts", to="plans.payee"
                    ),
                ),
            ],
        ),
        append_only("plans_formeraccount"),
    ]
