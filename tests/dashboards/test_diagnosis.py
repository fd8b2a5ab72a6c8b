"""What a finding says to people: place, cost and evidence in words."""

from __future__ import annotations

import ast
from datetime import UTC
from decimal import Decimal
from pathlib import Path

import pytest

from config.language import speaking
from dashboards.diagnosis import evidence_lines, findings_document
from dashboards.prices import SitePrice
from models.pv import diagnosis
from models.pv.diagnosis.cause import Cause
from models.pv.diagnosis.finding import Finding
from tests.scripts.trial_town import trial_town

NAN = float("nan")


def found(cause: Cause, subject: str, lost: float, planned: float = 0.0) -> Finding:
    return Finding(
        cause, subject, 0, 0, lost, lost, NAN, 0.8, {"made_share": 0.5, "oddly": 3.0, "input": 2.0}, None, planned
    )


def test_each_finding_has_its_place_its_cost_and_words() -> None:
    (one,) = findings_document(
        [found(Cause.STRING_OPEN, "hall/a#2", 5000, 1000)],
        trial_town(),
        lambda _site: SitePrice(Decimal("0.1"), "assumed"),
        UTC,
    )
    assert (one["site_name"], one["device"], one["input"]) == ("hall", "a", 2)
    assert (one["lost_kwh"], one["planned_kwh"], one["lost_eur"]) == (4.0, 1.0, 0.4)
    assert one["missing"] is None
    assert one["check_first"]


def test_an_unknown_loss_is_not_zero() -> None:
    (one,) = findings_document(
        [found(Cause.COMMUNICATION, "town", NAN)], trial_town(), lambda _site: SitePrice(Decimal("0.1"), "assumed"), UTC
    )
    assert (one["lost_kwh"], one["lost_eur"]) == (None, None)


@pytest.mark.parametrize("evidence", [{"made_share": 0.5, "oddly": 3.0, "input": 2.0}])
def test_evidence_is_told_in_words_and_under_its_own_name_where_there_are_none(
    evidence: dict[str, float | str],
) -> None:
    assert evidence_lines(evidence) == ["made of the expected energy: 50.0%", "oddly: 3"]


def written() -> set[str]:
    """Names of evidence that the source of the diagnosis writes."""
    names: set[str] = set()
    for path in Path(diagnosis.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            places = {
                ast.keyword: lambda one: [one.value] if one.arg == "evidence" else [],
                ast.AnnAssign: lambda one: [one.value] if getattr(one.target, "id", "") == "evidence" else [],
                ast.AugAssign: lambda one: [one.value] if getattr(one.target, "id", "") == "evidence" else [],
                ast.Assign: lambda one: [one.value] if getattr(one.targets[0], "id", "") == "evidence" else [],
            }.get(type(node), lambda _one: [])(node)
            for place in filter(None, places):
                for table in ast.walk(place):
                    if isinstance(table, ast.Dict):
                        names |= {str(key.value) for key in table.keys if isinstance(key, ast.Constant)}
    return names


def test_every_figure_that_the_diagnosis_writes_has_words() -> None:
    names = written()
    assert {"missing_share", "r_iso_kohm", "became"} <= names
    with speaking("fr"):
        told = {name: evidence_lines({name: "soiling" if name == "became" else 1.0}) for name in names}
    same_in_french = {"silences"}
    assert [name for name, lines in told.items() if lines and lines[0].startswith(name)] == sorted(same_in_french)
