"""What decides who pays first: facts of other coverage, subscribers' standing, employers' headcounts."""

import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
from django.db import migrations, models

from tpa.foundation.guards import employer_isolation, superseded_only


class Migration(migrations.Migration):
    dependencies = [
        ("employers", "0004_stop_loss_account"),
    ]

    operations = [
        migrations.AddField(
            model_name="othercoverage",
            name="answered_on",
            field=models.DateField(help_text="the day the member answered about other coverage", null=True),
        ),
        migrations.AddField(
            model_name="othercoverage",
            name="custody",
            field=models.CharField(
                blank=True,
                choices=[("mother", "the mother"), ("father", "the father"), ("joint", "both")],
                default="",
                max_length=6,
            ),
        ),
        migrations.AddField(
            model_name="othercoverage",
            name="employee_count",
            field=models.IntegerField(help_text="of the employer behind it", null=True),
        ),
        migrations.AddField(
            model_name="othercoverage",
            name="entitled_by",
            field=models.CharField(
                blank=True,
                choices=[("age", "age"), ("disability", "disability"), ("esrd", "kidney failure")],
                default="",
                max_length=10,
            ),
        ),
        migrations.AddField(
            model_name="othercoverage",
            name="esrd_on",
            field=models.DateField(help_text="eligible or entitled by kidney failure since", null=True),
        ),
        migrations.AddField(
            model_name="othercoverage",
            name="follows",
            field=models.CharField(
                choices=[
                    ("birthday", "the birthday rule, as we do"),
                    ("gender", "the gender rule"),
                    ("nothing", "it does not coordinate"),
                ],
                default="birthday",
                help_text="its rule for children",
                max_length=8,
            ),
        ),
        migrations.AddField(
            model_name="othercoverage",
            name="holder",
            field=models.CharField(
                blank=True,
                choices=[
                    ("self", "the member"),
                    ("spouse", "the member's spouse"),
                    ("mother", "the mother"),
                    ("father", "the father"),
                    ("mothers_spouse", "the mother's spouse"),
                    ("fathers_spouse", "the father's spouse"),
                    ("other", "somebody else"),
                ],
                default="",
                help_text="whose coverage it is",
                max_length=14,
            ),
        ),
        migrations.AddField(
            model_name="othercoverage",
            name="holder_birth_on",
            field=models.DateField(null=True),
        ),
        migrations.AddField(
            model_name="othercoverage",
            name="is_hdhp_with_hsa",
            field=models.BooleanField(
                default=False, help_text="it is a high-deductible plan, and the member puts money into an HSA"
            ),
        ),
        migrations.AddField(
            model_name="othercoverage",
            name="our_holder",
            field=models.CharField(
                blank=True,
                choices=[
                    ("self", "the member"),
                    ("spouse", "the member's spouse"),
                    ("mother", "the mother"),
                    ("father", "the father"),
                    ("mothers_spouse", "the mother's spouse"),
                    ("fathers_spouse", "the father's spouse"),
                    ("other", "somebody else"),
                ],
                default="",
                help_text="of a child: our subscriber, if no parent",
                max_length=14,
            ),
        ),
        migrations.AddField(
            model_name="othercoverage",
            name="parents",
            field=models.CharField(
                blank=True, choices=[("together", "live together"), ("apart", "live apart")], default="", max_length=8
            ),
        ),
        migrations.AddField(
            model_name="othercoverage",
            name="responsible",
            field=models.CharField(
                blank=True,
                choices=[("mother", "the mother"), ("father", "the father"), ("both", "both")],
                default="",
                help_text="for the child's care, by court decree",
                max_length=6,
            ),
        ),
        migrations.AddField(
            model_name="othercoverage",
            name="responsible_from_on",
            field=models.DateField(
                help_text="the day we knew of the decree, or the next plan year where benefits were paid before",
                null=True,
            ),
        ),
        migrations.AddField(
            model_name="othercoverage",
            name="since_on",
            field=models.DateField(help_text="covered since, if longer than its first day here", null=True),
        ),
        migrations.AddField(
            model_name="othercoverage",
            name="standing",
            field=models.CharField(
                blank=True,
                choices=[
                    ("active", "in employment"),
                    ("retired", "retired"),
                    ("laid_off", "laid off"),
                    ("continuation", "continuation (COBRA)"),
                ],
                default="",
                help_text="of its holder with the employer behind it",
                max_length=12,
            ),
        ),
        migrations.AlterField(
            model_name="othercoverage",
            name="pays_first",
            field=models.BooleanField(
                help_text="as somebody said; unknown: it follows from the facts below", null=True
            ),
        ),
        migrations.CreateModel(
            name="Headcount",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("employee_count", models.IntegerField()),
                ("period", django.contrib.postgres.fields.ranges.DateRangeField()),
                (
                    "because",
                    models.CharField(blank=True, help_text="who told it, or where it was read", max_length=120),
                ),
                ("recorded_at", models.DateTimeField()),
                ("superseded_at", models.DateTimeField(null=True)),
                (
                    "employer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="headcounts", to="employers.employer"
                    ),
                ),
            ],
            options={
                "constraints": [
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        condition=models.Q(("superseded_at__isnull", True)),
                        expressions=[("employer", "="), ("period", "&&")],
                        name="one_headcount_at_a_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("employee_count__gte", 0)), name="headcount_not_negative"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SubscriberStanding",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "standing",
                    models.CharField(
                        choices=[
                            ("active", "in employment"),
                            ("retired", "retired"),
                            ("laid_off", "laid off"),
                            ("continuation", "continuation (COBRA)"),
                        ],
                        max_length=12,
                    ),
                ),
                ("period", django.contrib.postgres.fields.ranges.DateRangeField()),
                ("because", models.CharField(blank=True, max_length=120)),
                ("recorded_at", models.DateTimeField()),
                ("superseded_at", models.DateTimeField(null=True)),
                (
                    "employer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="employers.employer"
                    ),
                ),
                (
                    "member",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="standings", to="employers.member"
                    ),
                ),
            ],
            options={
                "constraints": [
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        condition=models.Q(("superseded_at__isnull", True)),
                        expressions=[("member", "="), ("period", "&&")],
                        name="one_standing_at_a_time",
                    )
                ],
            },
        ),
        employer_isolation("employers_headcount"),
        employer_isolation("employers_subscriberstanding"),
        superseded_only("employers_headcount"),
        superseded_only("employers_subscriberstanding"),
        migrations.RunSQL(
            "ALTER TABLE employers_subscriberstanding"
            " ADD CONSTRAINT employers_subscriberstanding_member_id_same_employer"
            " FOREIGN KEY (member_id, employer_id) REFERENCES employers_member (id, employer_id)"
            " DEFERRABLE INITIALLY DEFERRED",
            "ALTER TABLE employers_subscriberstanding DROP CONSTRAINT"
            " employers_subscriberstanding_member_id_same_employer",
        ),
    ]
