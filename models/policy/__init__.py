"""Who may do what to what: one table of roles, actions and relations, asked on every entry (I8).

What the table does not allow is refused. Whether it is time for it, ``models.campaigns`` says.
"""

from typing import TYPE_CHECKING

from models.policy.asking import check, grantable_roles, why_not
from models.policy.matrix import OPERATOR, TABLE, Action, Relation
from models.policy.relations import Grant, led_unit_ids

if TYPE_CHECKING:
    from models.policy.relations import Thing

__all__ = [
    "OPERATOR",
    "TABLE",
    "Action",
    "Grant",
    "Relation",
    "Thing",
    "check",
    "grantable_roles",
    "led_unit_ids",
    "why_not",
]
