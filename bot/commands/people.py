"""``cchc invite`` and ``cchc revoke``: who takes part, from the command line."""

import click

from bot.commands.invitation_lines import Addresses, invitation_lines
from bot.desk import Desk
from models import people, staffing, units
from models.people import Binding, By, Role
from models.refusals import Refusal
from models.units import Unit

ROLES = click.Choice([role.value for role in Role])
INVITED = click.Choice([role.value for role in Role if role is not Role.STAND_IN])


@click.command()
@click.option("--unit", "unit_code", required=True, metavar="CODE", help="code of the unit")
@click.option("--role", required=True, type=INVITED, help="what the person may do")
@click.option("--name", default="", help="as it shall stand in the invitation")
@click.option("--title", default="", help="position, for example Chuyên viên")
@click.option(
    "--hours",
    default=people.invitations.HOURS,
    type=click.IntRange(1, 24 * 60),
    help="how long the code is good",
)
@click.pass_obj
def invite(desk: Desk, unit_code: str, role: str, name: str, title: str, hours: int) -> None:
    """Invite somebody into a role; prints the code, which is shown only now, and its links."""
    by = By(desk.clock())
    try:
        with desk.sessions.begin() as session:
            unit = _unit(units.by_code(session, unit_code), unit_code)
            code = people.invitations.invite(
                session, by, unit=unit, role=Role(role), name=name, title=title, hours=hours
            )
    except Refusal as refusal:
        desk.refuse(refusal)
    for line in invitation_lines(Addresses(desk), code):
        click.echo(line)


@click.command()
@click.option("--person", default="", metavar="NAME", help="whose roles; else of all holders")
@click.option("--unit", "unit_code", default="", metavar="CODE", help="only in this unit")
@click.option("--role", type=ROLES, help="only this role")
@click.option("--reason", required=True, help="kept in the record")
@click.pass_obj
def revoke(desk: Desk, person: str, unit_code: str, role: str | None, reason: str) -> None:
    """End roles at once: of a person, or all who hold a role in a unit."""
    if not person and not (unit_code and role):
        raise click.UsageError("--person is needed, or --unit together with --role")
    by = By(desk.clock())
    try:
        with desk.sessions.begin() as session:
            unit = _unit(units.by_code(session, unit_code), unit_code) if unit_code else None
            wanted = Role(role) if role else None
            found = people.bindings_matching(session, name=person, unit=unit, role=wanted)
            _check_one_person(found, person)
            for binding in found:
                staffing.end_binding(session, binding, reason, by)
    except Refusal as refusal:
        desk.refuse(refusal)
    for binding in found:
        name, unit_name = binding.person.name, binding.unit.name
        desk.say("cli_role_revoked", name=name, role=binding.role, unit=unit_name)


def _check_one_person(found: list[Binding], name: str) -> None:
    if not found:
        raise Refusal("no_such_role_held")
    if name and len({binding.person_id for binding in found}) > 1:
        places = [binding.unit.short_name for binding in found]
        raise Refusal("name_of_several", name=name, units=places)


def _unit(unit: Unit | None, code: str) -> Unit:
    if unit is None:
        raise Refusal("unit_of_code_missing", code=code)
    return unit
