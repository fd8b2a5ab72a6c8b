"""Words of the registry in the reader's language: of initiatives, their holders and levers, and of roofs."""

from __future__ import annotations

from config import carriers
from config.language import _
from dashboards.progress import words as progress_words
from models.territory.initiatives.words import (
    Action,
    Carrier,
    Circle,
    Confidence,
    HolderKind,
    Lever,
    Method,
    Perimeter,
    Renewal,
    Role,
    Side,
    State,
    Theme,
)
from models.territory.roof_pipeline import Kind, Owner, Stage


def state_word(state: State) -> str:
    """As the town calls it."""
    return {
        State.DRAFT: _("draft"),
        State.SUBMITTED: _("submitted"),
        State.ADMISSIBLE: _("admissible"),
        State.INADMISSIBLE: _("inadmissible"),
        State.STUDIED: _("being studied"),
        State.GRANTED: _("support granted"),
        State.REFUSED: _("support refused"),
        State.TO_SIGN: _("convention to be signed"),
        State.SIGNED: _("convention signed"),
        State.UNDER_WAY: _("initiative under way"),
        State.SUSPENDED: _("suspended"),
        State.REALISED: _("realised"),
        State.EVALUATED: _("evaluated"),
        State.CLOSED: _("initiative closed"),
        State.WITHDRAWN: _("withdrawn"),
        State.TERMINATED: _("terminated"),
        State.LAPSED: _("lapsed"),
    }[state]


def action_word(action: Action) -> str:
    """What somebody does, for a button."""
    return {
        Action.CREATE: _("File an initiative"),
        Action.EDIT: _("Correct"),
        Action.SUBMIT: _("Submit"),
        Action.ADMIT: _("Declare admissible"),
        Action.REJECT: _("Declare inadmissible"),
        Action.STUDY: _("Begin the study"),
        Action.OPINE: _("Give an opinion"),
        Action.GRANT: _("Grant support"),
        Action.REFUSE: _("Refuse support"),
        Action.DRAFT: _("Write the convention"),
        Action.SIGN: _("Sign"),
        Action.START: _("Start"),
        Action.SUSPEND: _("Suspend"),
        Action.RESUME: _("Resume"),
        Action.REALISE: _("Declare realised"),
        Action.EVALUATE: _("Evaluate"),
        Action.CLOSE: _("Close the initiative"),
        Action.WITHDRAW: _("Withdraw"),
        Action.TERMINATE: _("Terminate the convention"),
        Action.LAPSE: _("Let lapse"),
        Action.RENEW: _("Renew the convention"),
        Action.REFER: _("Name the referent"),
        Action.ATTACH: _("Attach a document"),
        Action.DECLARE: _("Declare an effect"),
        Action.RETRACT: _("Take an effect back"),
        Action.CONSENT: _("Consent to be named"),
    }[action]


def role_word(role: Role) -> str:
    """As whom somebody acts."""
    return {
        Role.HOLDER: _("holder"),
        Role.AGENT: _("technical services"),
        Role.ELECTED: _("elected referent"),
        Role.DGS: _("head of administration"),
        Role.TIMER: _("the deadline"),
    }[role]


def holder_word(kind: HolderKind) -> str:
    """Who carries it."""
    return {
        HolderKind.CITIZEN: _("citizen"),
        HolderKind.GROUP: _("group of citizens"),
        HolderKind.ASSOCIATION: _("association"),
        HolderKind.SCHOOL: _("school"),
        HolderKind.COMPANY: _("company"),
        HolderKind.COMMUNE: _("commune"),
    }[kind]


def lever_word(lever: Lever) -> str:
    """How it moves the balance."""
    return {
        Lever.SOBRIETY: _("sobriety"),
        Lever.EFFICIENCY: _("efficiency"),
        Lever.RENEWABLE: _("renewable energy"),
    }[lever]


def theme_word(theme: Theme) -> str:
    """What an idea is about."""
    return {
        Theme.ENERGY: _("energy"),
        Theme.NATURE: _("nature"),
        Theme.MOBILITY: _("mobility"),
        Theme.SPORT: _("sport"),
        Theme.CULTURE: _("culture"),
        Theme.FOOD: _("food"),
        Theme.OTHER: _("something else"),
    }[theme]


def carrier_word(carrier: Carrier) -> str:
    """Which energy is saved or made."""
    return progress_words.carrier(carriers.Carrier(carrier.value))


def perimeter_word(perimeter: Perimeter) -> str:
    """In whose balance an effect lies."""
    return progress_words.perimeter(carriers.Perimeter(perimeter.value))


def method_word(method: Method) -> str:
    """How an effect came to be known."""
    return {
        Method.MEASURED: _("measured before and after, corrected for the weather"),
        Method.BILLS: _("read from bills"),
        Method.CALCULATED: _("calculated"),
        Method.FLAT: _("a flat rate"),
        Method.SAID: _("somebody says so"),
    }[method]


def confidence_word(confidence: Confidence) -> str:
    """How far an effect may be trusted."""
    return {
        Confidence.A: _("class A: measured"),
        Confidence.B: _("class B: bills"),
        Confidence.C: _("class C: calculated"),
        Confidence.D: _("class D: said only, in no sum"),
    }[confidence]


def renewal_word(renewal: Renewal) -> str:
    """How a convention goes on after its term."""
    return {
        Renewal.NONE: _("it ends"),
        Renewal.EXPRESS: _("it is renewed when both say so"),
        Renewal.TACIT: _("it goes on by itself"),
    }[renewal]


def side_word(side: Side) -> str:
    """Of a convention."""
    return {Side.HOLDER: _("the holders"), Side.COMMUNE: _("the town")}[side]


def circle_word(circle: Circle) -> str:
    """Who may know of a document."""
    return {
        Circle.PUBLIC: _("everybody"),
        Circle.HOLDER: _("the holders and the services"),
        Circle.INSTRUCTION: _("the services"),
        Circle.LEGAL: _("the head of administration"),
    }[circle]


def stage_word(stage: Stage) -> str:
    """How far a roof has come."""
    return {
        Stage.SPOTTED: _("spotted"),
        Stage.STUDIED: _("being studied"),
        Stage.DECIDED: _("decided"),
        Stage.FINANCED: _("financed"),
        Stage.BUILDING: _("being built"),
        Stage.COMMISSIONED: _("in service"),
        Stage.RETIRED: _("out of service"),
        Stage.SET_ASIDE: _("set aside"),
    }[stage]


def kind_word(kind: Kind) -> str:
    """What is under a roof."""
    return {
        Kind.EXPERIMENT: _("experiment"),
        Kind.SERVICES: _("services of the town"),
        Kind.CHURCH: _("church"),
        Kind.SCHOOL: _("school"),
        Kind.SPORTS_HALL: _("sports hall"),
        Kind.PUBLIC: _("public building"),
        Kind.HOUSING: _("housing"),
        Kind.COMPANY: _("company"),
        Kind.OTHER: _("other building"),
    }[kind]


def owner_word(owner: Owner) -> str:
    """Whose a roof is."""
    return {
        Owner.COMMUNE: _("commune"),
        Owner.INTERCOMMUNAL: _("association of communes"),
        Owner.STATE: _("State"),
        Owner.COMPANY: _("company"),
        Owner.ASSOCIATION: _("association"),
        Owner.LANDLORD: _("landlord"),
        Owner.INHABITANT: _("inhabitant"),
    }[owner]
