"""The read plan: every wanted register in the fewest requests within a device's limits."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collector.readplan import Block, Span, plan

spans = st.builds(Span, st.sampled_from([3, 4]), st.integers(0, 300), st.integers(1, 12))
limits = st.tuples(st.integers(12, 125), st.integers(0, 40))


@given(st.lists(spans, max_size=30), limits)
def test_each_span_is_covered_exactly_once(wanted, limit):
    blocks = plan(wanted, max_block=limit[0], max_gap=limit[1])
    assert sorted(s for b in blocks for s in b.spans) == sorted(set(wanted))
    for block in blocks:
        for span in block.spans:
            assert span.function == block.function
            assert block.address <= span.address
            assert span.end <= block.address + block.count


@given(st.lists(spans, max_size=30), limits)
def test_no_block_is_longer_or_has_wider_gaps_than_allowed(wanted, limit):
    for block in plan(wanted, max_block=limit[0], max_gap=limit[1]):
        assert block.count <= limit[0]
        covered = {a for s in block.spans for a in range(s.address, s.end)}
        unwanted = [a for a in range(block.address, block.address + block.count) if a not in covered]
        runs = 0
        for i, address in enumerate(unwanted):
            runs = runs + 1 if i and unwanted[i - 1] == address - 1 else 1
            assert runs <= limit[1]


@given(st.lists(spans, max_size=30), limits)
def test_blocks_come_in_order_and_begin_and_end_with_what_is_wanted(wanted, limit):
    blocks = plan(wanted, max_block=limit[0], max_gap=limit[1])
    assert list(blocks) == sorted(blocks, key=lambda b: (b.function, b.address))
    for block in blocks:
        assert block.address == min(s.address for s in block.spans)
        assert block.address + block.count == max(s.end for s in block.spans)


def _allowed(group: tuple[Span, ...], max_block: int, max_gap: int) -> bool:
    first, end = min(s.address for s in group), max(s.end for s in group)
    if len({s.function for s in group}) > 1 or end - first > max_block:
        return False
    reach = first
    for span in sorted(group):
        if span.address - reach > max_gap:
            return False
        reach = max(reach, span.end)
    return True


def _fewest(wanted: list[Span], max_block: int, max_gap: int) -> int:
    """By trying every partition: exponential, for a handful of spans."""
    if not wanted:
        return 0
    first, rest = wanted[0], wanted[1:]
    best = len(wanted)
    for size in range(len(rest) + 1):
        for company in combinations(rest, size):
            if _allowed((first, *company), max_block, max_gap):
                others = [s for s in rest if s not in company]
                best = min(best, 1 + _fewest(others, max_block, max_gap))
    return best


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.builds(Span, st.just(3), st.integers(0, 40), st.integers(1, 9)), max_size=7, unique=True),
    st.integers(9, 24),
    st.integers(0, 12),
)
def test_nobody_needs_fewer_requests(wanted, max_block, max_gap):
    assert len(plan(wanted, max_block=max_block, max_gap=max_gap)) == _fewest(sorted(wanted), max_block, max_gap)


def test_a_gap_is_read_along_when_that_saves_a_request():
    near, far = Span(3, 100, 2), Span(3, 112, 2)
    assert plan([near, far], max_gap=10) == (Block(3, 100, 14, (near, far)),)
    assert len(plan([near, far], max_gap=9)) == 2


@pytest.mark.parametrize("span", [Span(3, 0, 126), Span(3, 0, 0)])
def test_a_span_that_no_request_can_hold_is_a_wrong_argument(span):
    with pytest.raises(ValueError, match="does not fit"):
        plan([span])
