"""The other party of every contract is a row: an insurer that was only named becomes one."""

import django.db.models.deletion
from django.db import migrations, models

TAKE_ON_INSURERS = """
SET CONSTRAINTS ALL IMMEDIATE;
INSERT INTO employers_employer (code, name, kind, ein, state, address_line, city, postal_code, employee_count,
                                funding_mode)
SELECT number, insurer_name, 'insurer', '', '', '', '', '', 0, 'pay_as_presented' FROM tpa_contract
 WHERE employer_id IS NULL;
UPDATE tpa_contract SET employer_id = party.id FROM employers_employer party
 WHERE employer_id IS NULL AND party.code = number;
ALTER TABLE tpa_contractversion DISABLE TRIGGER version_stands;
UPDATE tpa_contractversion held SET employer_id = contract.employer_id FROM tpa_contract contract
 WHERE held.employer_id IS NULL AND contract.id = held.contract_id;
ALTER TABLE tpa_contractversion ENABLE TRIGGER version_stands;
UPDATE tpa_contractfee held SET employer_id = contract.employer_id FROM tpa_contract contract
 WHERE held.employer_id IS NULL AND contract.id = held.contract_id;
"""


def _party(model: str, **more: str) -> migrations.AlterField:
    field = models.ForeignKey(
        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="employers.employer", **more
    )
    return migrations.AlterField(model_name=model, name="employer", field=field)


class Migration(migrations.Migration):
    dependencies = [("employers", "0008_insurers"), ("tpa", "0012_when_a_claim_is_paid")]

    operations = [
        migrations.RemoveConstraint(model_name="contract", name="contract_has_one_other_party"),
        migrations.RunSQL(TAKE_ON_INSURERS, migrations.RunSQL.noop),
        migrations.RemoveField(model_name="contract", name="insurer_name"),
        migrations.RemoveField(model_name="contract", name="kind"),
        _party("contract", help_text="or insurer: the other party"),
        _party("contractfee"),
        _party("contractversion"),
    ]
