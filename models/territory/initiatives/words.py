"""The words of the registry. They stand in facts that last for good: a word never changes its meaning."""

from __future__ import annotations

from enum import StrEnum


class State(StrEnum):
    """Where an initiative stands."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    ADMISSIBLE = "admissible"
    INADMISSIBLE = "inadmissible"
    STUDIED = "studied"
    """The services study it."""
    GRANTED = "granted"
    REFUSED = "refused"
    TO_SIGN = "to_sign"
    SIGNED = "signed"
    """By both sides."""
    UNDER_WAY = "under_way"
    SUSPENDED = "suspended"
    REALISED = "realised"
    EVALUATED = "evaluated"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"
    TERMINATED = "terminated"
    LAPSED = "lapsed"


class Action(StrEnum):
    """What somebody does with an initiative."""

    CREATE = "create"
    EDIT = "edit"
    SUBMIT = "submit"
    ADMIT = "admit"
    REJECT = "reject"
    """It is not admissible."""
    STUDY = "study"
    OPINE = "opine"
    """A service says what it thinks of it, and what it would cost."""
    GRANT = "grant"
    REFUSE = "refuse"
    DRAFT = "draft"
    """A convention is written, or written anew before it is signed."""
    SIGN = "sign"
    START = "start"
    SUSPEND = "suspend"
    RESUME = "resume"
    REALISE = "realise"
    EVALUATE = "evaluate"
    CLOSE = "close"
    WITHDRAW = "withdraw"
    TERMINATE = "terminate"
    LAPSE = "lapse"
    RENEW = "renew"
    """A new version of the convention, to be signed."""
    REFER = "refer"
    """An agent becomes the one to ask."""
    ATTACH = "attach"
    """A document, by its hash."""
    DECLARE = "declare"
    """An effect."""
    RETRACT = "retract"
    """An effect that was declared is taken back."""
    CONSENT = "consent"
    """To the publication of a name, or no longer."""


class Role(StrEnum):
    """As whom somebody acts."""

    HOLDER = "holder"
    AGENT = "agent"
    """The technical services."""
    ELECTED = "elected"
    """The elected referent."""
    DGS = "dgs"
    """The head of the administration."""
    TIMER = "timer"
    """Time that has passed."""


class HolderKind(StrEnum):
    """Who carries an initiative."""

    CITIZEN = "citizen"
    GROUP = "group"
    ASSOCIATION = "association"
    SCHOOL = "school"
    COMPANY = "company"
    COMMUNE = "commune"


class Through(StrEnum):
    """Who answers for a minor who carries an initiative."""

    GUARDIAN = "guardian"
    SCHOOL = "school"


class Theme(StrEnum):
    """What it is about."""

    ENERGY = "energy"
    NATURE = "nature"
    MOBILITY = "mobility"
    SPORT = "sport"
    CULTURE = "culture"
    FOOD = "food"
    OTHER = "other"


class Lever(StrEnum):
    """How an initiative moves the balance, in négaWatt's order."""

    SOBRIETY = "sobriety"
    EFFICIENCY = "efficiency"
    RENEWABLE = "renewable"


class Carrier(StrEnum):
    """Of the energy that is saved or made."""

    ELECTRICITY = "electricity"
    GAS = "gas"
    OIL = "oil"
    WOOD = "wood"
    HEAT = "heat"
    FUEL = "fuel"


class Perimeter(StrEnum):
    """Within which balance an effect lies. The municipal patrimony is part of the territory."""

    PATRIMONY = "patrimony"
    TERRITORY = "territory"


class Method(StrEnum):
    """How an effect came to be known."""

    MEASURED = "measured"
    """Before and after, corrected for degree days."""
    BILLS = "bills"
    CALCULATED = "calculated"
    """An engineer's, or a standard sheet's."""
    FLAT = "flat"
    """A flat rate."""
    SAID = "said"
    """Somebody says so."""


class Confidence(StrEnum):
    """How far an effect may be trusted; D is not summed."""

    A = "A"
    B = "B"
    C = "C"
    D = "D"


class Renewal(StrEnum):
    """How a convention goes on after its term."""

    NONE = "none"
    EXPRESS = "express"
    TACIT = "tacit"


class Side(StrEnum):
    """Of a convention."""

    HOLDER = "holder"
    COMMUNE = "commune"


class Circle(StrEnum):
    """Who may know of a document."""

    PUBLIC = "public"
    HOLDER = "holder"
    INSTRUCTION = "instruction"
    LEGAL = "legal"
