"""The page as a file: what is in it, and that it lets nothing else in."""

import base64
import hashlib
import json
import re
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
import torch

from explorer.pages import ALPHABET, KNOWN, TEXT, made, write_page
from phonecase.errors import UserError
from phonecase.explorer import numbers
from phonecase.explorer.known import sentences, with_sentences
from phonecase.explorer.page import FOLDER, joined
from phonecase.model import CharLM
from phonecase.ordering import order_units
from phonecase.tables import write_table

HERE = Path(__file__).parent


@pytest.fixture(scope="module")
def html(tmp_path_factory: pytest.TempPathFactory) -> str:
    return write_page(tmp_path_factory.mktemp("page") / "page.html").read_text(encoding="utf-8")


def data_of(html: str) -> dict[str, object]:
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', html, re.DOTALL)
    assert found
    return dict(json.loads(found[1]))


def test_the_network_is_in_it_to_the_last_bit(html: str) -> None:
    model, *_ = made()
    sizes, values = numbers(model.weights)
    network = data_of(html)["network"]
    assert isinstance(network, dict)
    assert np.frombuffer(base64.b64decode(network["numbers"]), "<f4").tolist() == values.tolist()
    assert network["sizes"] == {**sizes, "layers": [list(pair) for pair in sizes["layers"]]}
    H, V = model.hidden_size, len(ALPHABET)
    with torch.no_grad():
        x = model.embedding.weight
        seen = x @ model.recurrent.gates.weight[:, H:].T + model.recurrent.gates.bias  # type: ignore[index, operator, union-attr]
    np.testing.assert_allclose(values[: V * 3 * H], seen.flatten().numpy(), atol=1e-6)


def test_the_passage_s_states_and_orders_are_in_it(html: str) -> None:
    _, states, _ = made()
    (passage,) = data_of(html)["passages"]  # type: ignore[misc]
    bits = np.unpackbits(np.frombuffer(base64.b64decode(passage["states"]), np.uint8))[: states.units.size]  # type: ignore[has-type]
    np.testing.assert_array_equal(bits.reshape(states.units.shape) > 0, states.units > 0)
    assert passage["text"] + passage["last"] == TEXT  # type: ignore[has-type]
    order = order_units(states.units, "two_opt")
    assert passage["orders"][0]["units"] == order.permutation.tolist()  # type: ignore[has-type]


def test_what_is_known_of_the_units_may_come_later(html: str) -> None:
    assert with_sentences(with_sentences(html, {5: "</script>"}), {3: KNOWN}) == html
    assert data_of(with_sentences(html, {}))["units_known"] == {}
    with pytest.raises(UserError, match="not the page of a model"):
        with_sentences("<p>", {})


def test_what_is_known_is_of_these_weights_or_nothing(tmp_path: Path) -> None:
    weights, units, flips = (
        tmp_path / name for name in ("weights.safetensors", "units.parquet", "flips.parquet")
    )
    weights.write_bytes(b"weights")
    rows = [
        {"unit": 0, "sentence": KNOWN, "feature": "letter", "balanced_accuracy": 0.95},
        {"unit": 1, "sentence": None, "feature": "word", "balanced_accuracy": 0.713},
    ]
    of = {"weights_sha256": hashlib.sha256(b"weights").hexdigest()}
    write_table(units, pa.Table.from_pylist(rows).replace_schema_metadata(of))
    costs = pa.table({"unit": [0, 1], "cost": [0.0312, 0.0104]})
    write_table(flips, costs.replace_schema_metadata(of))
    known = sentences(units, flips, weights)
    assert (
        known[0]
        == f"{KNOWN} Turned, it costs 0.031 bits at the next character, more than 1 of the others do."
    )
    assert known[1].startswith("What tells it best is the word, and that in 71% of the cases")
    weights.write_bytes(b"other weights")
    assert sentences(units, flips, weights) == {}
    weights.write_bytes(b"weights")
    write_table(flips, costs)
    assert sentences(units, flips, weights) == {}
    write_table(flips, costs.replace_schema_metadata(of))
    write_table(units, pa.Table.from_pylist(rows))
    assert sentences(units, flips, weights) == {}


def test_styles_that_the_page_doesn_t_draw_are_left_out(html: str) -> None:
    assert [style["name"] for style in data_of(html)["styles"]] == ["printed", "plum"]  # type: ignore[attr-defined]


def test_its_policy_is_of_its_own_style_and_program_alone(html: str) -> None:
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', html)
    assert policy
    allowed = policy[1].replace("&#39;", "'")
    assert allowed.startswith("default-src 'none'; ")
    for name, tag in (("style", "style"), ("script", 'script type="module"')):
        found = re.search(rf"<{tag}>(.*?)</{name}>", html, re.DOTALL)
        assert found
        digest = base64.b64encode(hashlib.sha256(found[1].encode()).digest()).decode()
        assert f"{name}-src 'sha256-{digest}';" in allowed
    assert "unsafe" not in allowed
    assert "http" not in allowed


def test_a_text_can_not_end_the_script_that_it_is_in(tmp_path: Path) -> None:
    html = write_page(tmp_path / "page.html", reference="</script><b>").read_text(encoding="utf-8")
    assert "</script><b>" not in html
    assert data_of(html)["passages"][0]["reference"] == "</script><b>"  # type: ignore[index]


def test_a_core_that_the_page_can_t_run_leaves_it_without_and_says_so(tmp_path: Path) -> None:
    model = CharLM(len(ALPHABET), hidden_size=8, core="gru")
    with pytest.raises(UserError, match="this is gru"):
        numbers(model.weights)
    html = write_page(tmp_path / "page.html", core="gru").read_text(encoding="utf-8")
    assert data_of(html)["network"] is None
    assert "gru" in str(data_of(html)["why_not"])


def test_modules_become_one_program_each_after_what_it_imports(tmp_path: Path) -> None:
    (tmp_path / "a.js").write_text('import { c } from "./c.js";\nimport { b } from "./b.js";\nc(b);\n')
    (tmp_path / "b.js").write_text('import {\n  c,\n} from "./c.js";\nexport const b = c;\n')
    (tmp_path / "c.js").write_text("export function c() {}\n")
    assert joined("a", tmp_path) == "function c() {}\n\nconst b = c;\n\nc(b);\n"
    (tmp_path / "c.js").write_text('import { b } from "./b.js";\nexport function c() {}\n')
    with pytest.raises(ValueError, match="c imports b imports c"):
        joined("a", tmp_path)


def test_every_module_is_used() -> None:
    programs = joined("main") + joined("worker")
    for path in FOLDER.glob("*.js"):
        last = path.read_text(encoding="utf-8").rstrip().splitlines()[-2]
        assert last in programs, path.name


def test_the_programs_hold_by_themselves() -> None:
    """Their unit tests, with Node."""
    if not shutil.which("node"):
        pytest.skip("no node")
    done = subprocess.run(["node", "--test"], cwd=HERE, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
