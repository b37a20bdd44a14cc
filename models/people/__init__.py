"""People, their roles and accounts, and how they are invited."""

from models.people import invitations
from models.people.actions import (
    choose_language,
    close,
    end_binding,
    hand_over,
    hand_over_by_invitation,
)
from models.people.imports import Invited, import_people
from models.people.names import read_name
from models.people.queries import (
    Seen,
    accounts_of,
    active_bindings,
    bindings_matching,
    bindings_of_unit,
    holders,
    holders_of_role,
    last_seen,
    pending_invitations,
    person_at,
    units_in_reach,
    units_without,
)
from models.people.tables import (
    Account,
    Binding,
    By,
    Invitation,
    Language,
    Person,
    Role,
    WrongCode,
)

__all__ = [
    "Account",
    "Binding",
    "By",
    "Invitation",
    "Invited",
    "Language",
    "Person",
    "Role",
    "Seen",
    "WrongCode",
    "accounts_of",
    "active_bindings",
    "bindings_matching",
    "bindings_of_unit",
    "choose_language",
    "close",
    "end_binding",
    "hand_over",
    "hand_over_by_invitation",
    "holders",
    "holders_of_role",
    "import_people",
    "invitations",
    "last_seen",
    "pending_invitations",
    "person_at",
    "read_name",
    "units_in_reach",
    "units_without",
]
