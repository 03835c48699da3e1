"""What ends is somebody's task until it is seen to, or what follows is recorded."""

import django.db.models.deletion
from django.db import migrations, models

from tpa.foundation.guards import employer_isolation

TASK_STANDS = """
CREATE TRIGGER renewal_task_stands BEFORE UPDATE OR DELETE ON tpa_renewaltask
    FOR EACH ROW EXECUTE FUNCTION tpa_only_changes('status', 'status_at', 'because', 'done_by');
"""


class Migration(migrations.Migration):
    dependencies = [
        ("employers", "0005_order_of_benefits"),
        ("tpa", "0009_recovery_priority"),
    ]

    operations = [
        migrations.CreateModel(
            name="RenewalTask",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "subject",
                    models.CharField(
                        choices=[
                            ("contract", "contract"),
                            ("licence", "licence or bond"),
                            ("report", "annual report to a state"),
                        ],
                        max_length=8,
                    ),
                ),
                ("subject_id", models.BigIntegerField()),
                ("words", models.CharField(max_length=160)),
                ("ends_on", models.DateField()),
                ("because", models.CharField(blank=True, help_text="what was done", max_length=300)),
                ("done_by", models.CharField(blank=True, max_length=80)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("open", "to be seen to"),
                            ("done", "seen to"),
                            ("followed", "what follows is recorded"),
                        ],
                        default="open",
                        max_length=10,
                    ),
                ),
                ("status_at", models.DateTimeField()),
                (
                    "employer",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="employers.employer",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("subject", "subject_id", "ends_on"), name="one_task_an_end"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "done"), _negated=True),
                            models.Q(
                                models.Q(("because", ""), _negated=True), models.Q(("done_by", ""), _negated=True)
                            ),
                            _connector="OR",
                        ),
                        name="task_done_says_what",
                    ),
                ],
            },
        ),
        employer_isolation("tpa_renewaltask"),
        migrations.RunSQL(TASK_STANDS, "DROP TRIGGER renewal_task_stands ON tpa_renewaltask;"),
    ]
