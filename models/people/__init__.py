"""People, their roles and accounts, and how they are invited."""

from models.people.tables import Account, Binding, By, Invitation, Language, Person, Role

__all__ = ["Account", "Binding", "By", "Invitation", "Language", "Person", "Role"]
