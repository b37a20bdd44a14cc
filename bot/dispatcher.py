"""One stored event through one conversation: find the step, run it, keep the state (I2).

Everything here happens inside one transaction that the worker commits. A refusal undoes what
its step did: the worker rolls back and has it shown to the person in a transaction of its own.
"""

import contextlib
from collections.abc import Iterator, Sequence

from sqlalchemy.orm import Session

from bot.channel import Abilities, Edited, Press, Typed
from bot.deeds import Deed, Event, Handed, as_json, from_json, is_loose_text
from bot.presses import Presses
from bot.routing import Goal, Routes
from bot.shell import Shell
from handlers.dialogue import Choice, Conversation, Links, PassOn, Turn
from models.acquaintances import Acquaintances
from models.outbox import OutboxMessage
from models.people import Binding, By, Role
from models.refusals import Refusal


class Dispatcher:
    def __init__(
        self,
        conversations: Sequence[Conversation],
        abilities: dict[str, Abilities],
        links: Links,
    ) -> None:
        self._routes = Routes(conversations)
        self._abilities = abilities
        self._links = links
        self._acquaintances = Acquaintances()

    def take(self, session: Session, event: Event) -> None:
        """Answer one event. Raises Refusal: what was done has to be undone, then ``refuse``."""
        answering = Answering(self, session, event)
        answering.answer(event.deed)
        answering.keep()

    def refuse(self, session: Session, event: Event, refusal: Refusal) -> None:
        """Tell the person why nothing came of the event; the chat stays where it was."""
        answering = Answering(self, session, event)
        answering.refuse(refusal)
        answering.keep()


class Answering:
    """The turn of one event; holds what its steps share."""

    def __init__(
        self,
        dispatcher: Dispatcher,
        session: Session,
        event: Event,
    ) -> None:
        self._routes = dispatcher._routes
        self._abilities = dispatcher._abilities[event.channel]
        self._links = dispatcher._links
        self._session = session
        self._event = event
        self._meeting = meeting = dispatcher._acquaintances.meet(
            session, event.channel, event.address, event.at
        )
        self._where, self._person = meeting.where, meeting.person
        self._bindings = list(meeting.bindings)
        person_id = self._person.id if self._person else None
        self._shell = Shell(session, event, self._where, person_id)
        buttons = self._abilities.buttons
        self._presses = Presses(session, event, self._where, buttons=buttons)

    def keep(self) -> None:
        self._presses.mark_opened()
        self._meeting.keep(self._session)

    def refuse(self, refusal: Refusal) -> None:
        deed = self._presses.read(self._event.deed)
        if isinstance(deed, Press):
            self._presses.find(deed)  # What came of it is undone; that it was seen is not.
        self._shell.refuse(refusal, None if refusal.offers else self._presses.prompt())

    def answer(self, deed: Deed) -> None:
        deed = self._presses.read(deed)
        if not self._bindings and not self._is_joining(deed):
            self._run(self._routes.for_strangers(deed), binding=None)
            return
        match deed:
            case Edited():
                self._shell.say_not_recorded(deed)
            case Press():
                self._press(deed)
            case Typed():
                self._reach(deed, self._routes.for_text(self._where, deed.text))
            case Handed():
                self._reach(deed, self._routes.for_files(self._where, deed.files, deed.caption))

    def _press(self, press: Press) -> None:
        message, choice, page = self._presses.find(press)
        if message is not None and page is not None:
            self._turn_page(message, page)
            return
        if message is None or choice is None:
            raise Refusal("press_unknown", [Choice("menu")])
        if choice.action == "act_as":
            self._act_as(choice.value, message)
            return
        goals = self._routes.for_choice(message, choice)
        self._reach(press, goals, spoken_as=message.binding_id)

    def _reach(self, deed: Deed, goals: Iterator[Goal], spoken_as: int | None = None) -> None:
        """Run the first goal that the person's roles allow; ask which role where several do."""
        barred = False
        for goal in goals:
            if goal.conversation.strangers:
                self._run(goal, binding=self._preferred(self._bindings, spoken_as))
                return
            fitting = self._fitting(goal.conversation, spoken_as)
            if not fitting:
                barred = True
                continue
            binding = self._preferred(fitting, spoken_as)
            if binding is None:
                self._ask_which_role(deed, fitting)
                return
            with contextlib.suppress(PassOn):
                self._run(goal, binding)
                return
        if barred and not is_loose_text(deed):
            raise Refusal("not_your_role", [Choice("menu")])
        self._shell.repeat(self._presses.prompt())

    def _run(self, goal: Goal, binding: Binding | None) -> None:
        event = self._event
        by = By(event.at, self._person, binding, event.id, answered_at=event.now)
        turn = Turn(
            session=self._session,
            by=by,
            channel=self._event.channel,
            address=self._event.address,
            conversation=goal.conversation,
            event_id=self._event.id,
            links=self._links,
            abilities=self._abilities,
            where=self._where,
            memory=dict(goal.memory),
            argument=goal.argument,
            interrupts=bool(self._where.state),
        )
        where, before = self._where, self._where.binding_id
        if binding is not None:
            where.binding_id = binding.id  # Before the step, which may choose another.
        state = goal.handler.call(turn, *goal.arguments)
        if state is None and not turn.ended and binding and where.binding_id == binding.id:
            where.binding_id = before  # What is said aside leaves the open form its role.
        if turn.prompt_id is not None:
            where.prompt_id = turn.prompt_id
        if state is not None:
            where.conversation, where.state = goal.conversation.name, state.value
            where.memory = dict(turn.memory)
        elif turn.ended:
            where.conversation, where.state, where.memory = "", "", {}

    # Roles

    def _fitting(self, conversation: Conversation, spoken_as: int | None) -> list[Binding]:
        """Nobody stands in for a unit unawares: only in a chat that is in that role."""
        roles, aware = conversation.roles, (spoken_as, self._where.binding_id)
        return [
            binding
            for binding in self._bindings
            if (not roles or binding.role in roles)
            and (binding.role is not Role.STAND_IN or binding.id in aware)
        ]

    def _preferred(self, fitting: list[Binding], spoken_as: int | None) -> Binding | None:
        """The role a message was said to, else the one the chat is in, else the only one."""
        for wanted in (spoken_as, self._where.binding_id):
            for binding in fitting:
                if binding.id == wanted:
                    return binding
        return fitting[0] if len(fitting) == 1 else None

    def _ask_which_role(self, deed: Deed, fitting: list[Binding]) -> None:
        offers = [
            Choice("act_as", binding.id, unit=binding.unit.short_name, role=binding.role)
            for binding in fitting
        ]
        self._shell.say("which_role", offers, memory={"again": as_json(deed)})

    def _act_as(self, value: str, message: OutboxMessage) -> None:
        binding = next((b for b in self._bindings if str(b.id) == value), None)
        if binding is None:
            raise Refusal("role_ended", [Choice("menu")])
        self._where.binding_id = binding.id
        self.answer(from_json(message.memory["again"]))

    def _turn_page(self, message: OutboxMessage, page: int) -> None:
        held = {None, *(binding.id for binding in self._bindings)}
        if message.binding_id not in held:
            raise Refusal("role_ended", [Choice("menu")])
        self._shell.turn_page(message, page)

    def _is_joining(self, deed: Deed) -> bool:
        """An unbound person's answer to an invitation is heard too, and no other press."""
        if not isinstance(deed, Press):
            return False
        message, choice, _ = self._presses.find(deed)
        if message is None or choice is None:
            return False
        goal = next(self._routes.for_choice(message, choice), None)
        return goal is not None and goal.conversation.strangers
