# Copyright (c) huaweicloud.dbops contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import itertools

import pytest
from ansible_collections.huaweicloud.dbops.plugins.module_utils.engine.ranking import next_move, wanted_order


def moves(order, ranks):
    """Return the moves that lead to the wanted order, and where they end."""
    made, order = [], list(order)
    while (move := next_move(order, ranks)) is not None:
        made.append(move)
        assert len(made) <= len(order), "it does not end"
        order.remove(move[0])
        order.insert(move[1] - 1, move[0])
    return made, "".join(order)


@pytest.mark.parametrize(
    ("order", "ranks", "made", "end"),
    [
        ("abc", {}, [], "abc"),
        ("abc", {"a": 1}, [], "abc"),
        ("abc", {"c": 1}, [("c", 1)], "cab"),
        ("abcd", {"a": 4}, [("a", 4)], "bcda"),
        ("abcd", {"d": 1, "c": 4}, [("d", 1)], "dabc"),
        ("bac", {"a": 2, "b": 3}, [("a", 3), ("b", 3)], "cab"),
    ],
)
def test_moves(order, ranks, made, end):
    assert moves(order, ranks) == (made, end)


@pytest.mark.parametrize("number", range(1, 6))
def test_every_small_order(number):
    """Every order, every choice of ranks: they end as wanted, only those that are named move, each at most once."""
    names = "abcde"[:number]
    for order in itertools.permutations(names):
        for size in range(number + 1):
            for chosen in itertools.combinations(names, size):
                for ranks in itertools.permutations(range(1, number + 1), size):
                    wanted = dict(zip(chosen, ranks))
                    made, end = moves(order, wanted)
                    assert end == "".join(wanted_order(order, wanted))
                    assert all(end.index(name) == rank - 1 for name, rank in wanted.items())
                    assert len({name for name, rank in made}) == len(made)
                    assert {name for name, rank in made} <= set(chosen)
