"""Which action leads from which state to which, and as whom one may do it: the state machine as a table.

Source: the town's fifty-fifty as it is told (an idea, an answer after analysis, a convention), and the states of
Decidim and Consul. Deadlines are proposals of tepos, not rules of the town.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from models.territory.initiatives.words import Action, Role, State

ENDED = frozenset({State.INADMISSIBLE, State.REFUSED, State.CLOSED, State.WITHDRAWN, State.TERMINATED, State.LAPSED})
"""From here nothing leads on."""
OPEN = frozenset(State) - ENDED
BEFORE_SIGNATURE = frozenset(
    {State.DRAFT, State.SUBMITTED, State.ADMISSIBLE, State.STUDIED, State.GRANTED, State.TO_SIGN}
)
IN_FORCE = frozenset({State.SIGNED, State.UNDER_WAY, State.SUSPENDED})
"""A convention binds both sides."""
ANSWERED_BY_THE_TOWN = frozenset({State.SUBMITTED, State.ADMISSIBLE, State.STUDIED})
"""Here the holders wait for the town: its silence is shown with its days."""
DEADLINES: Mapping[State, int] = MappingProxyType({State.DRAFT: 365, State.GRANTED: 365, State.TO_SIGN: 180,
                                                   State.SIGNED: 730})  # fmt: skip
"""Days in a state after which an initiative lapses. Proposals."""
REMEMBERED = 365
"""Days after a refusal for which is kept who had asked, and how to reach them. A proposal."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One action."""

    sources: frozenset[State]
    target: State | None
    """None: the state stays, or (for a signature) follows from what is there."""
    roles: frozenset[Role]


_HOLDER, _AGENT, _ELECTED, _DGS = Role.HOLDER, Role.AGENT, Role.ELECTED, Role.DGS


def _rule(sources: frozenset[State] | State, target: State | None, *roles: Role) -> Rule:
    return Rule(frozenset({sources}) if isinstance(sources, State) else sources, target, frozenset(roles))


RULES: Mapping[Action, Rule] = MappingProxyType(
    {
        Action.CREATE: _rule(frozenset(), State.DRAFT, _HOLDER, _AGENT),
        Action.EDIT: _rule(frozenset({State.DRAFT, State.SUBMITTED}), None, _HOLDER, _AGENT),
        Action.SUBMIT: _rule(State.DRAFT, State.SUBMITTED, _HOLDER, _AGENT),
        Action.ADMIT: _rule(State.SUBMITTED, State.ADMISSIBLE, _AGENT, _ELECTED),
        Action.REJECT: _rule(State.SUBMITTED, State.INADMISSIBLE, _AGENT, _ELECTED),
        Action.STUDY: _rule(State.ADMISSIBLE, State.STUDIED, _AGENT),
        Action.OPINE: _rule(State.STUDIED, None, _AGENT),
        Action.GRANT: _rule(State.STUDIED, State.GRANTED, _ELECTED),
        Action.REFUSE: _rule(State.STUDIED, State.REFUSED, _ELECTED),
        Action.DRAFT: _rule(frozenset({State.GRANTED, State.TO_SIGN}), State.TO_SIGN, _AGENT, _DGS),
        Action.SIGN: _rule(State.TO_SIGN, None, _HOLDER, _ELECTED, _DGS),
        Action.START: _rule(State.SIGNED, State.UNDER_WAY, _HOLDER, _AGENT),
        Action.SUSPEND: _rule(State.UNDER_WAY, State.SUSPENDED, _HOLDER, _AGENT),
        Action.RESUME: _rule(State.SUSPENDED, State.UNDER_WAY, _HOLDER, _AGENT),
        Action.REALISE: _rule(State.UNDER_WAY, State.REALISED, _HOLDER, _AGENT),
        Action.EVALUATE: _rule(State.REALISED, State.EVALUATED, _AGENT),
        Action.CLOSE: _rule(State.EVALUATED, State.CLOSED, _AGENT, _ELECTED, _DGS),
        Action.WITHDRAW: _rule(BEFORE_SIGNATURE, State.WITHDRAWN, _HOLDER),
        Action.TERMINATE: _rule(IN_FORCE | {State.REALISED, State.TO_SIGN}, State.TERMINATED, _HOLDER, _ELECTED, _DGS),
        Action.LAPSE: _rule(frozenset(DEADLINES), State.LAPSED, Role.TIMER),
        Action.RENEW: _rule(
            IN_FORCE | {State.REALISED, State.EVALUATED}, State.TO_SIGN, _AGENT, _DGS
        ),
        Action.REFER: _rule(OPEN, None, _AGENT, _DGS),
        Action.ATTACH: _rule(frozenset(State), None, _HOLDER, _AGENT, _ELECTED, _DGS),
        Action.DECLARE: _rule(frozenset(State) - {State.DRAFT, State.INADMISSIBLE, State.REFUSED, State.WITHDRAWN,
                                                  State.LAPSED}, None, _HOLDER, _AGENT),
        Action.RETRACT: _rule(frozenset(State), None, _HOLDER, _AGENT),
        Action.CONSENT: _rule(frozenset(State), None, _HOLDER, _AGENT),
    }
)  # fmt: skip


def may(state: State | None, role: Role) -> list[Action]:
    """What somebody may do next, as that role; `state` None: before there is an initiative."""
    return [
        action
        for action, rule in RULES.items()
        if role in rule.roles and (state in rule.sources if state else action is Action.CREATE)
    ]
