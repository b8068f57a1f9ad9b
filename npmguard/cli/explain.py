"""`npmguard explain`."""

from __future__ import annotations

from npmguard.cli.output import write
from npmguard.cli.quick import Values
from npmguard.errors import UsageError
from npmguard.reports import explain
from npmguard.rules import RULES
from npmguard.settings import LATER, near


def run(values: Values) -> int:
    """Prints a rule's page, or the table of rules."""
    name = values["rule"]
    format = str(values["format"])
    if name is None:
        write(explain.table(RULES, format), None)
        return 0
    rule = next((rule for rule in RULES if rule.id == name), None)
    if rule is None:
        if name in LATER:
            raise UsageError(f"{name}: this version does not have that rule yet")
        known = frozenset(rule.id for rule in RULES)
        raise UsageError(f"{name}: no such rule{near(str(name), known)}")
    write(explain.page(rule, format), None)
    return 0
