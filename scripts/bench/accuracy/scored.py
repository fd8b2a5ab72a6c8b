"""Scores to figures: every figure says what it is, between which bounds, and over how much."""

from __future__ import annotations

from dataclasses import fields

from models.pv.scores import DEFINITIONS, Estimate, Score
from scripts.bench import Figure

DIGITS = 4


def figures_of(name: str, score: Score, note: str, baseline: Score | None = None, against: str = "") -> list[Figure]:
    """The figures ``accuracy.SET.METHOD.…`` of one method, beside those of a baseline of the same run."""
    made = []
    for field in fields(Score):
        if field.name not in DEFINITIONS:
            continue
        found: Estimate = getattr(score, field.name)
        beside = round(getattr(baseline, field.name).value, DIGITS) if baseline else None
        parts = [
            note,
            f"baseline: {against}" if against else "",
            f"95 % within {found.low:.4f} .. {found.high:.4f} (days resampled)" if found.low == found.low else "",
            f"{score.days} days, {score.hours} h",
            DEFINITIONS[field.name],
        ]
        made.append(
            Figure(
                f"accuracy.{name}.{field.name}", round(found.value, DIGITS), "1", beside, "; ".join(filter(None, parts))
            )
        )
    return made
