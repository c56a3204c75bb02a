"""Bars stand where their figures put them."""

from hypothesis import given
from hypothesis import strategies as st

from forsyn.interfaces.portal.chart import BASE, TOP, Pair, draw, round_step

AMOUNTS = st.none() | st.integers(0, 10**9)
PAIRS = st.lists(st.builds(Pair, AMOUNTS, AMOUNTS, st.booleans()), min_size=1, max_size=366)


def test_the_highest_bar_stays_below_the_top_line() -> None:
    chart = draw([Pair(1_204_000, 1_310_000), Pair(0, None)], unit=1000)
    assert [tick.value for tick in chart.ticks] == [0, 500_000, 1_000_000, 1_500_000]
    assert chart.columns[0].last_year.y == "81.893"
    assert float(chart.columns[0].this_year.y) > float(chart.columns[0].last_year.y)


def test_zero_is_a_line_and_missing_is_nothing() -> None:
    zero, missing, gap = draw([Pair(0, 0), Pair(None, None), Pair(None, 5, gap=True)], unit=1).columns
    assert zero.this_year.height == "1"
    assert missing.this_year is None
    assert missing.gap is None
    assert gap.this_year is None
    assert gap.gap is not None


def test_an_empty_year_still_has_a_scale() -> None:
    assert [tick.value for tick in draw([Pair(None, None)], unit=1000).ticks] == [0, 1000]


@given(PAIRS, st.sampled_from([1, 1000]))
def test_bars_stay_inside_and_are_true_to_scale(pairs, unit) -> None:
    chart = draw(pairs, unit)
    top = chart.ticks[-1].value
    assert 2 <= len(chart.ticks) <= 6
    for pair, column in zip(pairs, chart.columns, strict=True):
        for amount, bar in ((pair.this_year, column.this_year), (pair.last_year, column.last_year)):
            assert (bar is None) == (amount is None)
            if bar is not None:
                assert TOP - 0.01 <= float(bar.y) <= BASE
                assert abs(float(bar.height) - max((BASE - TOP) * amount / top, 1)) < 0.01
                assert 0 <= float(bar.x) <= float(bar.x) + float(bar.width) <= 100.01


@given(st.floats(0.001, 1e12), st.sampled_from([1, 1000]))
def test_steps_are_no_smaller_than_asked(at_least, unit) -> None:
    assert at_least <= round_step(at_least, unit) <= max(at_least * 2.6, 1, unit)
