"""tepos statement: the producer's month, contract by contract, in kWh and euro without VAT."""

from __future__ import annotations

from contextlib import closing
from datetime import date
from decimal import Decimal
from typing import Annotated, Any

import typer

from config.language import _
from scripts.console import ABSENT, NOT_SO, WRONG, document, out, say, simulated_notice, stop, table
from scripts.moments import utc_ms, zone
from scripts.options import DataOption, JsonOption, TownOption, workplace
from scripts.provenance import holds_simulated

Document = dict[str, Any]


def statement(
    month: Annotated[str, typer.Argument(metavar="YYYY-MM", help=_("The month, as 2026-03."))],
    town: TownOption = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """What was made, what it brings, how far that is from what was invoiced. Exit 1 when no day of it is closed."""
    from config import load_contracts

    try:
        first = date.fromisoformat(f"{month}-01")
    except ValueError:
        stop(WRONG, _("{text} is no month; write 2026-03.").format(text=repr(month)))
    place = workplace(data, town)
    loaded, contracts = place.load_town(), load_contracts(place.town_folder)
    simulated = holds_simulated(place)
    if not place.store_is_made:
        stop(NOT_SO, _("{file}: there is no store here yet").format(file=place.store_file))
    from dashboards.statement import statement as made

    with closing(place.open_store()) as store:
        told = made(loaded, contracts, store, first, zone(loaded.place.tz), utc_ms())
    known = any(each["days_known"] for each in (*told["contracts"], *told["without_contract"]))
    if not known:
        stop(NOT_SO, _("No day of {month} is closed.").format(month=month))
    if as_json:
        document({"town": loaded.place.name, "simulated": simulated, **told})
        return
    if simulated:
        say(simulated_notice(), "bold yellow")
    _show(told)


def _show(told: Document) -> None:
    say(_("{month}: accrued, an estimate; euro without VAT.").format(month=told["month"]))
    heads = (
        *(_("contract"), _("kWh"), _("known (%)"), _("kWh/kWp"), _("EUR/kWh")),
        *(_("accrued (EUR)"), _("cap used (%)"), _("roof fee (EUR)")),
    )
    rows = [
        (
            *(each["contract"], _number(each["energy_kwh"], 1), _number(100 * each["completeness"], 1)),
            *(_number(each["specific_yield_kwh_kwp"], 1), _price(each["price"]), _euro(each["accrued"])),
            *(_number(each["cap_used"] and 100 * each["cap_used"], 1), _euro(each["fee"])),
        )
        for each in told["contracts"]
    ]
    out.print(table("", heads, rows, right=range(1, len(heads)), fold=(0,)))
    if any(each["price"] and each["price"]["derived"] for each in told["contracts"]):
        say(_("~: no contract says this price: it is a mean of published sums, ASSUMED."))
    for each in told["contracts"]:
        if each["variance_kwh"] is not None:
            sentence = _("{contract}: meter less monitoring: {kwh} kWh")
            say(sentence.format(contract=each["contract"], kwh=f"{each['variance_kwh']:+.1f}"))
        for invoice in each["invoices"]:
            _show_invoice(each["contract"], invoice)
    for each in told["without_contract"]:
        if each["energy_kwh"] is not None:
            sentence = _("{site}: {kwh} kWh, without a contract that is known here")
            say(sentence.format(site=each["site"], kwh=f"{each['energy_kwh']:.1f}"))


def _show_invoice(contract: str, invoice: Document) -> None:
    if invoice["variance_eur"] is None:
        sentence = _("{contract}: invoice {since} to {until}: {eur} EUR; what it should be is not known")
    else:
        sentence = _("{contract}: invoice {since} to {until}: {eur} EUR, expected {expected_eur}: {variance_eur} EUR")
    shown = invoice | {"contract": contract}
    if invoice["variance_eur"] is not None:
        shown["variance_eur"] = f"{Decimal(invoice['variance_eur']):+}"
    say(sentence.format(**shown))


def _price(price: Document | None) -> str:
    if price is None:
        return ABSENT
    return ("~" if price["derived"] else "") + f"{Decimal(price['eur_per_kwh']):.4f}"


def _euro(of: Document | None) -> str:
    return ABSENT if of is None or of["eur"] is None else str(of["eur"])


def _number(value: float | None, digits: int) -> str:
    return ABSENT if value is None else f"{value:.{digits}f}"
