"""Words of the registry in the reader's language: of initiatives, their holders and levers, and of roofs."""

from __future__ import annotations

from config.language import _
from models.territory.initiatives.words import Action, HolderKind, Lever, Role, State
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
