"""Promises of pinyin initials."""

import pytest

from rules.initials import initials


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("城北水厂", "cbsc"),
        ("重庆路改造", "cqlgz"),
        ("重型机械厂", "zxjxc"),
        ("长沙大道", "csdd"),
        ("厦门路", "xml"),
        ("商务大厦", "swds"),
        ("银行", "yh"),
        ("行政中心", "xzzx"),
        ("音乐厅", "yyt"),
        ("六安路", "lal"),
    ],
)
def test_a_character_takes_the_reading_of_its_phrase(name: str, expected: str) -> None:
    assert initials(name) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("110千伏变电站", "110qfbdz"),
        ("107国道改造", "107gdgz"),
        ("G4京港澳·高速（一期）", "g4jgagsyq"),
        ("", ""),
    ],
)
def test_digits_and_letters_stay_and_signs_go(name: str, expected: str) -> None:
    assert initials(name) == expected
