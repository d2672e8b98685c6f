"""Bytes as people read them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.engine.text.sizes import readable_size


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1_400, "1 kB"),
        (14_300, "14 kB"),
        (999_600, "1.0 MB"),
        (1_500_000, "1.5 MB"),
        (19_900_000, "20 MB"),
        (486_212_372, "486 MB"),
        (999_600_000, "1.0 GB"),
        (3_090_835_702, "3.1 GB"),
        (74_900_000_000, "74.9 GB"),
        (512_000_000_000, "512 GB"),
        (2_000_000_000_000, "2.0 TB"),
    ],
)
def test_sizes_are_short(count: int, text: str) -> None:
    assert readable_size(count) == text


@given(st.integers(0, 10**15))
def test_no_size_needs_more_than_three_digits_before_the_point(count: int) -> None:
    assert len(readable_size(count).split()[0].split(".")[0]) <= 3 or count >= 999_500_000_000_000
