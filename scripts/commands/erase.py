"""tepos erase: what a person has the right to have forgotten, with a receipt; the journal stays whole."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from config.language import _
from scripts.console import NOT_SO, WRONG, document, say, stop
from scripts.moments import iso, utc_ms
from scripts.options import DataOption, JsonOption, TownOption, workplace
from scripts.registers import refuse, registers, zone_of


def erase(
    person: Annotated[
        str | None,
        typer.Argument(metavar="[PERSON]", help=_("Reference of a person, person:…, as the services see it.")),
    ] = None,
    initiative: Annotated[
        str | None, typer.Option("--initiative", metavar="NUMBER", help=_("Everything typed for it, and its people."))
    ] = None,
    panel: Annotated[
        int | None, typer.Option("--panel", metavar="NUMBER", help=_("A newborn's panel: withdrawn."))
    ] = None,
    data: DataOption = None,
    town: TownOption = None,
    as_json: JsonOption = False,
) -> None:
    """Erase for good, and tell what is left to do by hand: files that were exported, and backups.

    A backup made before still holds what is erased now. Lay a copy of erased.list beside the backups: a restoration
    forgets again what it names. Let no backup grow older than your rotation says.
    """
    from dashboards.panels import Panels
    from dashboards.registry import Registry
    from scripts.erasing import erase as erased
    from scripts.erasing import known_person, of_initiative

    given = [each for each in (person, initiative, panel) if each is not None]
    if len(given) != 1:
        stop(WRONG, _("one at a time: a person, --initiative or --panel"))
    where = workplace(data, town)
    now = utc_ms()
    with registers(where, make=False) as kept:
        registry, panels = Registry(kept.ledger, kept.people), Panels(kept.ledger, kept.people)
        try:
            if person is not None:
                if not known_person(kept.people, person):
                    stop(NOT_SO, _("nothing is kept under {ref}").format(ref=person))
                what, subject, refs = "person", person, [person]
            elif initiative is not None:
                what, subject, refs = "initiative", initiative, of_initiative(registry, registry.one(initiative))
            else:
                number = panel or 0
                if not panels.one(number).withdrawn:
                    panels.withdrawn_by_services(number, now)
                what, subject, refs = "panel", str(number), panels.refs(number)
        except ValueError as error:
            refuse(error)
        receipt = erased(kept.ledger, kept.people, where.data, what, subject, refs, "dgs", now)
    told: dict[str, Any] = {
        "erased": receipt.what, "subject": receipt.subject, "entries": receipt.entries, "at": iso(now, zone_of(where)),
        "digests": list(receipt.digests), "fact": receipt.fact, "head": str(receipt.head), "list": "erased.list",
    }  # fmt: skip
    if as_json:
        document(told)
        return
    say(_("Receipt: {what} {subject}, entries erased: {n}, {time}").format(
        what=told["erased"], subject=told["subject"], n=told["entries"], time=told["at"]))  # fmt: skip
    say(_("Fact {id} of the journal, whose head is now {head}").format(id=receipt.fact, head=told["head"]))
    say(_("Left to do: copy erased.list beside the backups; delete exported files and certificates yourself."))
