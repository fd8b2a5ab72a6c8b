"""The state machine of the registry: legal ways, refusals with a reason, and what the journal alone tells."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.territory.initiatives.fields import PLAIN
from models.territory.initiatives.fold import Refused, fold, step
from models.territory.initiatives.rules import DEADLINES, ENDED, RULES, may
from models.territory.initiatives.words import Action, Role, State
from tests.models.territory.initiatives.deeds import DAY, HASH, START, WAY, content, deed, way

ID = "FF-2026-001"


def states(length: int) -> list[State]:
    return [fold(ID, way(n)).state for n in range(1, length + 1)]


def test_an_initiative_that_goes_well_passes_every_state_of_the_town() -> None:
    assert states(len(WAY)) == [
        State.DRAFT, State.SUBMITTED, State.ADMISSIBLE, State.STUDIED, State.GRANTED, State.TO_SIGN, State.TO_SIGN,
        State.SIGNED, State.UNDER_WAY, State.REALISED, State.EVALUATED, State.CLOSED,
    ]  # fmt: skip


def test_a_convention_binds_only_with_both_signatures_on_one_document() -> None:
    halfway = fold(ID, way(7))
    assert halfway.convention.holder
    assert not halfway.convention.is_signed
    with pytest.raises(Refused, match="signed already"):
        step(ID, halfway, deed(7, Action.SIGN, Role.HOLDER))
    with pytest.raises(Refused, match="another document"):
        step(ID, halfway, deed(7, Action.SIGN, Role.DGS, document="cd" * 32))
    with pytest.raises(Refused, match="not possible in state to_sign"):
        step(ID, halfway, deed(7, Action.START, Role.HOLDER))
    with pytest.raises(Refused, match="signs for the side of commune"):
        step(ID, halfway, deed(7, Action.SIGN, Role.DGS, side="holder"))


def test_an_evaluation_has_a_note_of_measurement_or_says_not_measured() -> None:
    done = fold(ID, way(10))
    for wrong in ({"not_measured": None}, {"document": HASH, "not_measured": True}, {"not_measured": False}):
        with pytest.raises(Refused, match="note of measurement"):
            step(ID, done, deed(10, Action.EVALUATE, Role.AGENT, **wrong))
    assert step(ID, done, deed(10, Action.EVALUATE, Role.AGENT)).evaluation.document is None


@pytest.mark.parametrize("action", [Action.REJECT, Action.REFUSE, Action.SUSPEND, Action.TERMINATE])
def test_a_no_has_a_reason(action: Action) -> None:
    with pytest.raises(ValueError, match="needs reason"):
        deed(1, action, Role.AGENT, reason=None)


def test_only_who_is_meant_may_do_it() -> None:
    studied = fold(ID, way(4))
    for role in (Role.HOLDER, Role.AGENT, Role.DGS):
        with pytest.raises(Refused, match="grant is not for"):
            step(ID, studied, deed(4, Action.GRANT, role))
    assert Action.GRANT in may(State.STUDIED, Role.ELECTED)
    assert may(None, Role.HOLDER) == [Action.CREATE]


def test_delays_are_visible_and_time_alone_lets_an_initiative_lapse() -> None:
    draft = fold(ID, way(1))
    assert draft.days_in_state(START + 40 * DAY) == 40
    with pytest.raises(Refused, match="for 364 days; it lapses after 365"):
        step(ID, draft, deed(1, Action.LAPSE, Role.TIMER, at=START + 364 * DAY))
    assert step(ID, draft, deed(1, Action.LAPSE, Role.TIMER, at=START + 365 * DAY)).state is State.LAPSED


def test_before_a_signature_it_is_withdrawn_and_after_it_terminated() -> None:
    unsigned, signed = fold(ID, way(7)), fold(ID, way(8))
    assert step(ID, unsigned, deed(8, Action.WITHDRAW, Role.HOLDER)).state is State.WITHDRAWN
    with pytest.raises(Refused, match="withdrawn, not terminated"):
        step(ID, unsigned, deed(8, Action.TERMINATE, Role.HOLDER))
    with pytest.raises(Refused, match="withdraw is not possible"):
        step(ID, signed, deed(8, Action.WITHDRAW, Role.HOLDER))
    assert step(ID, signed, deed(8, Action.TERMINATE, Role.ELECTED)).state is State.TERMINATED


def test_a_renewal_is_a_new_version_that_both_sides_sign_anew() -> None:
    renewed = step(ID, fold(ID, way(10)), deed(10, Action.RENEW, Role.AGENT, start="2028-04-01"))
    assert (renewed.state, renewed.convention.version, renewed.convention.is_signed) == (State.TO_SIGN, 2, False)
    assert renewed.in_force.version == 1
    with pytest.raises(Refused, match="terminated, not withdrawn"):
        step(ID, renewed, deed(11, Action.WITHDRAW, Role.HOLDER))
    with pytest.raises(Refused, match="does not begin before"):
        step(ID, fold(ID, way(10)), deed(10, Action.RENEW, Role.AGENT, start="2020-04-01"))


def test_a_minor_acts_through_a_guardian_or_a_school() -> None:
    who = "person:" + "2" * 16
    with pytest.raises(Refused, match="guardian or a school"):
        step(ID, None, deed(0, Action.CREATE, Role.HOLDER, minor=True))
    held = step(ID, None, deed(0, Action.CREATE, Role.HOLDER, minor=True, through="school", answers=who))
    assert (held.holder.minor, held.holder.answers) == (True, who)


def test_a_term_ends_on_the_day_a_calendar_says() -> None:
    for start, months, end in (("2026-04-01", 24, "2028-04-01"), ("2026-01-31", 1, "2026-02-28"),
                               ("2026-12-15", 12, "2027-12-15")):  # fmt: skip
        deeds = [*way(5), deed(5, Action.DRAFT, Role.AGENT, start=start, months=months)]
        assert fold(ID, deeds).convention.end.isoformat() == end


@pytest.mark.parametrize("word", PLAIN)
def test_no_word_of_a_fact_can_hold_somebodys_name(word) -> None:
    for name in ("Zoé Quartier", "zoe@exemple.fr", "Mme Zoe Q"):
        with pytest.raises(ValueError, match=r"."):
            PLAIN[word](name)


def test_a_deed_told_late_does_not_turn_time_back() -> None:
    late = step(ID, fold(ID, way(3)), deed(9, Action.STUDY, Role.AGENT, at=START))
    assert late.since == START + 2 * DAY


@given(st.lists(st.tuples(st.sampled_from(list(Action)), st.sampled_from(list(Role))), max_size=25), st.data())
def test_any_sequence_ends_in_a_legal_state_or_is_refused_with_a_reason(wanted, data) -> None:
    taken, current, reasons = [], None, []
    # Chance alone rarely leaves the first states: half of the time somebody does what is possible.
    for number, (action, role) in enumerate([WAY[0], *wanted]):
        if current is not None and data.draw(st.booleans()):
            role = data.draw(st.sampled_from(list(Role)))
            action = data.draw(st.sampled_from(may(current.state, role) or [action]))
        one = deed(number, action, role, at=START + number * 200 * DAY)
        try:
            after = step(ID, current, one)
        except Refused as error:
            reasons.append(str(error))
            continue
        assert current is None or current.state in RULES[action].sources
        assert current is None or current.state not in ENDED or after.state is current.state
        assert after.state not in (State.SIGNED, State.UNDER_WAY, State.SUSPENDED) or after.in_force
        assert (after.state is not State.EVALUATED) or after.evaluation
        taken, current = [*taken, one], after
    assert fold(ID, taken) == current
    assert all(reasons)


def test_every_action_can_be_done_and_every_state_can_be_reached() -> None:
    assert set(RULES) == set(Action)
    reached, todo = {State.DRAFT}, [State.DRAFT]
    while todo:
        state = todo.pop()
        ways = {rule.target for rule in RULES.values() if state in rule.sources and rule.target}
        ways |= {State.SIGNED} if state is State.TO_SIGN else set()
        todo += ways - reached
        reached |= ways
    assert reached == set(State)
    assert set(DEADLINES) <= RULES[Action.LAPSE].sources
    assert all(content(action) is not None for action in Action)
