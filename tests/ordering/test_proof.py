"""The proof's two facts hold, what follows from them is added up as it says, and nothing forged passes."""

import copy
import itertools
import json
import math
import random
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ordering.cases import greatest_similarity, process, states
from phonecase.ordering import SavedOrder, order_units, similarity, states_hash, write_order
from phonecase.ordering.core import Ordering, States
from phonecase.ordering.proof import (
    SCALE,
    Cut,
    costs,
    in_words,
    lower_bound,
    read_proof,
    shortest_length,
    verify,
)
from phonecase.states import States as Passage
from phonecase.states import write_states
from phonecase.tables import read_table, write_table

Json = Any
SCRIPT = Path(__file__).parents[2] / "scripts" / "verify_order.py"


def tours(n: int) -> Iterator[set[tuple[int, int]]]:
    """The edges of every tour of n cities."""
    for rest in itertools.permutations(range(1, n)):
        around = (0, *rest, 0)
        yield {(min(e), max(e)) for e in itertools.pairwise(around)}


@st.composite
def cuts(draw: st.DrawFn, n: int) -> dict[str, Json]:
    """Any cut of n cities, as a certificate has it."""
    some = st.sets(st.integers(0, n - 1), min_size=1, max_size=n - 1).map(sorted)
    return {"cities": draw(some), "teeth": draw(st.lists(some, max_size=5))}


def counted(cut: Cut, i: int, j: int) -> int:
    """How often a cut counts an edge, literally as the module's docstring has it."""
    if not cut.teeth:
        return int({i, j} <= cut.cities)
    ends = (i in cut.cities) + (j in cut.cities)
    return math.floor((ends + sum({i, j} <= tooth for tooth in cut.teeth)) / 2)


@settings(deadline=None)
@given(n=st.integers(3, 6), data=st.data())
def test_no_tour_has_more_of_a_cut_s_edges_than_it_may(n: int, data: st.DataObject) -> None:
    values = data.draw(cuts(n))
    cut = Cut(frozenset(values["cities"]), [frozenset(tooth) for tooth in values["teeth"]])
    counts = [sum(counted(cut, *edge) for edge in tour) for tour in tours(n)]
    assert max(counts) <= cut.most()
    if not cut.teeth:
        assert max(counts) == cut.most()


@settings(deadline=None, max_examples=200)
@given(n=st.integers(3, 6), data=st.data())
def test_whatever_the_prices_no_tour_is_shorter_than_the_bound(n: int, data: st.DataObject) -> None:
    d = {edge: data.draw(st.integers(0, 9)) for edge in itertools.combinations(range(n), 2)}
    values = data.draw(st.lists(cuts(n), max_size=4))
    numbers = st.integers(-9 * SCALE, 9 * SCALE) | st.integers(-(2**90), 2**90)
    root = {
        "cities": data.draw(st.lists(numbers, min_size=n, max_size=n)),
        "cuts": [[k, abs(data.draw(numbers))] for k in range(len(values))],
    }
    prices = read_proof({"cuts": values, "root": root, "tree": None}, n).root
    chosen = data.draw(st.dictionaries(st.sampled_from(sorted(d)), st.booleans(), max_size=3))
    bound = lower_bound(lambda i, j: d[i, j], [range(i + 1, n) for i in range(n)], prices, chosen)

    cost = {}  # literally as the module's docstring has them
    for i, j in d:
        counting = [w * counted(cut, i, j) for cut, w in prices.cuts]
        cost[i, j] = SCALE * d[i, j] - prices.cities[i] - prices.cities[j] + sum(counting)
    constant = 2 * sum(prices.cities) - sum(w * cut.most() for cut, w in prices.cuts)
    having, lacking = ({e for e, used in chosen.items() if used is which} for which in (True, False))
    negative = sum(min(0, cost[e]) for e in d if e not in chosen)
    assert bound == constant + negative + sum(cost[e] for e in having)
    lengths = [sum(d[e] for e in tour) for tour in tours(n) if having <= tour and not lacking & tour]
    assert bound <= SCALE * min(lengths, default=np.inf)


@st.composite
def what_may_be_a_cut(draw: st.DrawFn, n: int) -> dict[str, Json]:
    """A cut of n cities, or nearly one: with names from the end, of none, twice; with sets of none or all."""
    value = draw(cuts(n))
    names = st.integers(-n - 1, n + 1)
    edges = [list(edge) for edge in itertools.combinations(range(n), 2)]
    for part, right, new in (
        ("cities", range(n), names),
        ("teeth", [*edges, [], [*range(n)]], st.lists(names, min_size=2, max_size=n)),
    ):
        others = draw(st.lists(st.sampled_from(right), unique_by=str, max_size=5))
        kept = draw(st.sampled_from([value[part], value[part], others, list(right)]))
        more = draw(st.sampled_from([[], [], [], draw(st.lists(new, max_size=2))]))
        value[part] = draw(st.permutations(kept * draw(st.sampled_from([1, 1, 1, 3])) + more))
    return value


@settings(deadline=None, max_examples=2000)
@given(n=st.integers(3, 6), price=st.integers(-3, 3), data=st.data())
def test_whatever_is_taken_for_a_cut_and_a_price_holds_for_every_tour(
    n: int, price: int, data: st.DataObject
) -> None:
    """Of distances by which each edge costs nothing, the bound is tight: it holds for a tour if and only if
    that has no more of the cut's edges, as they are counted, than it may."""
    values = [data.draw(what_may_be_a_cut(n))]
    root = {
        "cities": [5 * SCALE] * n,
        "cuts": [[data.draw(st.sampled_from([0, 0, 0, -1, 1])), price * SCALE]],
    }
    try:
        prices = read_proof({"cuts": values, "root": root, "tree": None}, n).root
    except ValueError:
        return
    later = [range(i + 1, n) for i in range(n)]
    d = {(i, j): -r // SCALE for i in range(n) for j, r in costs(lambda i, j: 0, i, later[i], prices).items()}
    bound = lower_bound(lambda i, j: d[i, j], later, prices, {})
    assert bound <= SCALE * min(sum(d[e] for e in tour) for tour in tours(n))


@pytest.mark.parametrize("signed", [False, True])
@settings(deadline=None, max_examples=100)
@given(passage=states(most_units=7), longer=st.integers(1, 4))
def test_only_edges_that_no_shorter_tour_has_are_left_out(signed: bool, passage: States, longer: int) -> None:
    """The bound of a part rises with one great price of all its cities if edges are missing for any tour; but
    they are there, for an order that is longer than the shortest."""
    T, H = passage.shape
    proof = proven(passage, signed).certificate["proof"]  # type: ignore[index]
    proof["tree"] = {"cities": [1000 * SCALE] * (H + 1), "cuts": []}
    shortest = (T * (H - 1) - greatest_similarity(passage, signed=signed)) // 2
    claim = shortest_length(passage.tolist(), signed, shortest + longer, read_proof(proof, H + 1))
    assert H == 1 or claim <= shortest


# Passages with few units whose proofs have, between them, cuts with and without teeth, and parts. It takes a
# search without mod-2 cuts to leave parts of so few units.
SMALL = [
    (process(T=40, H=8, seed=143), True, False),
    (process(T=40, H=8, seed=395), False, False),
    (process(T=60, H=11, seed=29), True, False),
    (process(T=60, H=12, seed=71), False, False),
    (process(T=40, H=8, seed=388), False, True),
    (process(T=60, H=11, seed=385), True, True),
]
FORGED = 500  # certificates a passage


def test_the_proofs_to_be_forged_have_all_that_there_is_to_forge() -> None:
    proofs = [proven(*each).certificate for each in SMALL]
    teeth = [tooth for c in proofs if c for cut in c["proof"]["cuts"] for tooth in cut["teeth"]]
    assert min(map(len, teeth)) == 2
    assert max(map(len, teeth)) > 4
    assert any(not cut["teeth"] for c in proofs if c for cut in c["proof"]["cuts"])
    assert sum(c["parts"] > 1 for c in proofs if c) > 1
    assert sum(c["parts"] == 0 for c in proofs if c) < len(SMALL)


def proven(passage: States, signed: bool, mod2: bool = True) -> Ordering:
    with pytest.MonkeyPatch.context() as patch:
        if not mod2:
            patch.setattr("phonecase.ordering.relaxation.mod2_cuts", lambda *_: [])
        ordering = order_units(passage, "optimal", signed=signed)
    return replace(ordering, certificate=json.loads(json.dumps(ordering.certificate)))


@pytest.mark.parametrize(("passage", "signed", "mod2"), SMALL)
def test_no_edit_makes_a_certificate_prove_what_is_false(passage: States, signed: bool, mod2: bool) -> None:
    """Fields are edited at random, in the proof and beside it, also for poor orders, for which there is most
    to gain; and then the forger states whatever the verifier says it should be."""
    best, all_best = (greatest_similarity(passage, signed=which) for which in (signed, True))
    rng = random.Random(0)
    original = proven(passage, signed, mod2)
    assert verify(passage, original) == best
    passed = 0
    for _ in range(FORGED):
        certificate: Json = copy.deepcopy(original.certificate)
        for _ in range(rng.choice([1, 1, 2, 4])):
            edit(certificate, rng)
        permutation, signs = original.permutation, original.signs
        if rng.random() < 0.5:
            permutation = np.array(rng.sample(range(len(permutation)), len(permutation)), np.int32)
        if rng.random() < 0.2:
            signs = np.array(rng.choices([-1, 1], k=len(signs)), np.int8)
        forged = Ordering(permutation, signs, certificate)
        for _ in range(4):  # bound, gap and the two counts
            try:
                claim = verify(passage, forged)
            except ValueError as error:
                restate(certificate, str(error))
                continue
            assert claim >= (all_best if certificate["signed"] else best)
            assert claim == certificate["bound"] == similarity(passage, forged) + certificate["gap"]
            assert certificate["signed"] or (signs == 1).all()
            passed += 1
            break
    assert passed > FORGED / 20, "edits that do no harm are let through, or nothing was tried"


def edit(certificate: Json, rng: random.Random) -> None:
    """Change one value anywhere in a certificate."""
    places = list(fields(certificate))
    holder, key = rng.choice(places)
    value = holder[key]
    others = [other[k] for other, k in places]
    choices: list[Callable[[], Json]] = [
        lambda: rng.choice([None, True, False, 0, 1, -1, 0.5, float("nan"), "1", [], {}, 2**53, -(2**200)]),
        lambda: copy.deepcopy(rng.choice(others)),
    ]
    if type(value) is int:
        choices += 4 * [
            lambda: value + rng.choice([-2, -1, 1, 2]),
            lambda: -value,
            lambda: value * rng.choice([2, 3, 1000, 2**90]),
            lambda: value + rng.choice([-1, 1]) * rng.choice([1, SCALE // 3, SCALE, 5 * SCALE]),
            lambda: value - 9,  # a city from the end
            lambda: float(value),
        ]
    if isinstance(value, list) and value:
        choices += 2 * [
            lambda: [*value, copy.deepcopy(rng.choice(value))],
            lambda: value[:-1],
            lambda: value[::-1],
            lambda: rng.sample(value, len(value)),
        ]
    if isinstance(holder, dict) and rng.random() < 0.1:
        del holder[key]
        return
    holder[key] = rng.choice(choices)()


def fields(value: Json) -> Iterator[tuple[Json, Json]]:
    """Every place in a JSON value: what holds it, and its key there."""
    keys = value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    for key in list(keys):
        yield value, key
        yield from fields(value[key])


def restate(certificate: Json, complaint: str) -> None:
    """State what the verifier says that it should be."""
    names = {"bound": "bound", "gap": "gap", "number of cuts": "cuts", "number of parts": "parts"}
    for name, field in names.items():
        before, _, right = complaint.partition(f"the certificate's {name} is ")
        if right and not before:
            certificate[field] = int(right.partition(",")[0])


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (lambda c: c.update(bound=c["bound"] - 2), "the certificate's bound is 1050, not 1048"),
        (lambda c: c.update(bound=float(c["bound"])), "1050.0 where an integer should be"),
        (lambda c: c.update(gap=2), "the certificate's gap is 0, not 2"),
        (lambda c: c.update(cuts=7), "number of cuts is"),
        (lambda c: c.update(parts=7), "number of parts is"),
        (lambda c: c.update(signed=0), "`signed` is true or false, not 0"),
        (lambda c: c.pop("gap"), "has not the fields bound, gap, signed"),
        (lambda c: c.update(more=1), "has not the fields bound, gap, signed"),
        (lambda c: c["proof"]["root"]["cities"].pop(), "a price for each of 41 cities, not for 40"),
        (lambda c: c["proof"]["root"]["cuts"].append([0, -1]), "-1 where an integer from 0 on should be"),
        (lambda c: c["proof"]["root"]["cuts"].append([9, 1]), "9 where an integer from 0 to"),
        (lambda c: c["proof"]["root"]["cuts"].append([-1, 1]), "-1 where an integer from 0 to"),
        (lambda c: c["proof"]["cuts"].append({"cities": [-1], "teeth": []}), "-1 where an integer from 0"),
        (lambda c: c["proof"]["cuts"].append({"cities": [41], "teeth": []}), "41 where an integer from 0"),
        (
            lambda c: c["proof"]["cuts"].append({"cities": [], "teeth": []}),
            "neither none of the cities nor all",
        ),
        (lambda c: c["proof"]["cuts"].append({"cities": [*range(41)], "teeth": []}), "nor all"),
        (lambda c: c["proof"]["cuts"].append({"cities": [1, 1], "teeth": []}), "names a city twice"),
        (lambda c: c["proof"]["cuts"].append({"cities": [1], "teeth": [[1, 2, 1]]}), "names a city twice"),
        (lambda c: c["proof"]["cuts"].append({"cities": [1], "teeth": [[*range(41)]]}), "nor all"),
        (lambda c: c["proof"]["cuts"].append({"cities": [1], "teeth": [[]]}), "none of the cities nor all"),
        (lambda c: c["proof"].update(tree={"edge": [2, 1], "with": 0, "without": 0}), "integer from 3"),
        (lambda c: c["proof"].update(tree={"edge": [1], "with": 0, "without": 0}), "an edge has two cities"),
        (lambda c: c["proof"].update(tree={"edge": [0, 1], "with": None}), "fields edge, with, without"),
        (lambda c: c["proof"].update(tree=[]), "has not the fields cities, cuts"),
    ],
)
def test_what_is_wrong_with_a_certificate_is_said(change: Callable[[Json], None], complaint: str) -> None:
    passage = process(T=60, H=40)
    ordering = proven(passage, False)
    change(ordering.certificate)
    with pytest.raises(ValueError, match=complaint):
        verify(passage, ordering)


def test_an_edge_is_chosen_once_on_the_way_to_a_part() -> None:
    prices = {"cities": [0, 0, 0], "cuts": []}
    again = {"edge": [0, 1], "with": prices, "without": prices}
    with pytest.raises(ValueError, match="split by it again"):
        read_proof({"cuts": [], "root": prices, "tree": {**again, "with": again}}, 3)
    endless: dict[str, Json] = {"edge": [0, 1], "without": prices}
    endless["with"] = endless
    with pytest.raises(ValueError, match="split by it again"):
        read_proof({"cuts": [], "root": prices, "tree": endless}, 3)


def test_an_order_without_a_certificate_proves_nothing() -> None:
    passage = process(T=60, H=40)
    with pytest.raises(ValueError, match="no certificate"):
        verify(passage, order_units(passage, "identity"))


def test_a_certificate_is_about_its_own_states() -> None:
    passage = process(T=60, H=40)
    ordering = proven(passage, False)
    with pytest.raises(ValueError, match="the certificate's bound is"):
        verify(-np.ones_like(passage), ordering)
    with pytest.raises(ValueError, match="states are 40 a row"):
        verify(passage[:, :39], ordering)
    with pytest.raises(ValueError, match="states are 40 a row"):
        verify(np.zeros_like(passage), ordering)


def test_one_edge_does_not_count_thrice_by_names_from_the_end() -> None:
    """Teeth [i, j], [i − n, j] and [j − n, i] would be three of which only one counts."""
    passage = np.random.default_rng(7).choice(np.array([-1, 1], np.int8), (20, 8))
    ordering = proven(passage, False)
    assert ordering.certificate is not None
    cut = {"cities": [0], "teeth": [[0, 1], [-9, 1], [-8, 0]]}
    ordering.certificate["proof"]["cuts"].append(cut)
    with pytest.raises(ValueError, match="-9 where an integer from 0 to 8 should be"):
        verify(passage, ordering)


def test_negated_rows_are_not_proven_by_a_certificate_for_orders_without() -> None:
    passage = np.random.default_rng(7).choice(np.array([-1, 1], np.int8), (40, 13))
    best = proven(passage, False)
    poor = order_units(passage, "insertion", signed=True)
    forged = replace(poor, certificate={**(best.certificate or {}), "bound": similarity(passage, poor)})
    with pytest.raises(ValueError, match="rows are negated"):
        verify(passage, forged)


def test_prices_beyond_what_floats_can_add_are_added() -> None:
    """Every tour of three cities has length 5; prices of 2⁹⁰ that floats let cancel out once proved 6,000."""
    pairs = [(a, c) for a in range(3) for c in range(3) if a != c]
    listed = [{"cities": [a], "teeth": [sorted((a, c))]} for a, c in pairs]
    root = {"cities": [1000 * SCALE + 2 * 2**90] * 3, "cuts": [[k, 2**91] for k in range(6)]}
    prices = read_proof({"cuts": listed, "root": root, "tree": None}, 3).root
    assert lower_bound(lambda i, j: 5 * (j == 1), [[1, 2], [2], []], prices, {}) <= 5 * SCALE


def test_a_share_of_a_bound_is_called_a_least_share() -> None:
    assert in_words(13_736, 13_736) == "proven: no order has more"
    assert in_words(-4, -4) == "proven: no order has more"
    assert in_words(99_999, 100_001).endswith(
        "more than 100,001; it has at least 99.99% of the best possible"
    )
    assert in_words(393, 1_000).endswith("at least 39.30% of the best possible")
    for score, bound in ((-300, 13_000), (-300, -100), (0, 5)):
        assert in_words(score, bound) == f"proven: no order has more than {bound:,}"


def test_the_verifier_needs_no_more_than_python_itself() -> None:
    code = "import phonecase.ordering.proof, sys; print(*(m for m in sys.modules if not m.startswith('_')))"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={"PYTHONPATH": str(SCRIPT.parent)},
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = set(done.stdout.split())
    ours = {name for name in loaded if name.startswith("phonecase")}
    assert ours == {"phonecase", "phonecase.ordering", "phonecase.ordering.proof"}
    others = {name.partition(".")[0] for name in loaded} - set(sys.stdlib_module_names) - {"phonecase"}
    assert not others & {"numpy", "highspy", "numba", "scipy", "pydantic"}


# The script


@pytest.fixture
def files(tmp_path: Path) -> Callable[[Ordering], list[str | Path]]:
    """Writes an order of a passage of 40 units, and names both files to the script."""
    units = process(T=60, H=40)
    T = len(units)
    metadata = {"passage": "made-up", "reference": "made up"}
    surprise = np.zeros(T, np.float32)
    write_states(tmp_path / "s.parquet", Passage("a" * T, units, surprise, [("A", 1, 1)] * T, metadata))

    def write(ordering: Ordering, **other: Any) -> list[str | Path]:
        order = SavedOrder(
            ordering, "some", {"signed": True}, similarity(units, ordering), states_hash(units)
        )
        write_order(tmp_path / "o.parquet", replace(order, **other))
        return ["--states", tmp_path / "s.parquet", "--order", tmp_path / "o.parquet"]

    return write


def run(arguments: list[str | Path]) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, SCRIPT, *arguments], capture_output=True, text=True, check=False)


@pytest.mark.parametrize("signed", [False, True])
def test_the_script_says_what_is_proven(files: Callable[..., list[str | Path]], signed: bool) -> None:
    passage = process(T=60, H=40)
    ordering = order_units(passage, "optimal", signed=signed)
    done = run(files(ordering))
    assert done.returncode == 0, done.stderr
    score = f"{similarity(passage, ordering):,}"
    negated = "with any rows negated" if signed else "without negated rows"
    assert f"similarity {score}; proven: no order has more ({negated}; bound {score}, gap 0)" in done.stdout


def test_the_script_says_how_far_a_bound_is(files: Callable[..., list[str | Path]]) -> None:
    ordering = order_units(process(T=60, H=40), "optimal", rounds=3)
    assert ordering.certificate is not None
    done = run(files(ordering))
    assert done.returncode == 0, done.stderr
    bound, gap = ordering.certificate["bound"], ordering.certificate["gap"]
    assert f"no order has more than {bound:,}; it has at least 9" in done.stdout
    assert f"bound {bound:,}, gap {gap:,})" in done.stdout


def test_the_script_says_that_there_is_no_proof(files: Callable[..., list[str | Path]]) -> None:
    done = run(files(order_units(process(T=60, H=40), "mean")))
    assert done.returncode == 0
    assert "it has no proof" in done.stdout


@pytest.mark.parametrize(
    ("facts", "complaint"),
    [
        ({"similarity": 2000}, "it states a similarity of 2000, but has 1050"),
        ({"states_sha256": "0" * 64}, "it orders other states than these"),
        ({}, "the certificate's bound is 1050, not 1048"),
    ],
)
def test_the_script_ends_with_1_for_what_is_forged(
    files: Callable[..., list[str | Path]], facts: dict[str, Any], complaint: str
) -> None:
    ordering = proven(process(T=60, H=40), False)
    assert ordering.certificate is not None
    if not facts:
        ordering.certificate["bound"] -= 2
    done = run(files(ordering, **facts))
    assert done.returncode == 1
    assert complaint in done.stderr
    assert not done.stdout
    assert "Traceback" not in done.stderr


def test_the_script_takes_rows_in_their_order_only(files: Callable[..., list[str | Path]]) -> None:
    arguments = files(proven(process(T=60, H=40), False))
    path = Path(arguments[3])
    table = read_table(path)
    rows = table["row"].to_pylist()
    rows[:2] = rows[1], rows[0]
    write_table(path, table.set_column(0, table.schema.field("row"), pa.array(rows, pa.int32())))
    done = run(arguments)
    assert done.returncode == 1
    assert "its rows are not numbered from 0 on" in done.stderr


def test_the_script_names_a_file_that_is_none(files: Callable[..., list[str | Path]], tmp_path: Path) -> None:
    arguments = files(order_units(process(T=60, H=40), "mean"))
    for wrong in (SCRIPT, tmp_path / "none.parquet", arguments[1]):
        done = run([*arguments[:3], wrong])
        assert done.returncode == 1
        assert f"{wrong}: " in done.stderr
        assert "Traceback" not in done.stderr
