import pytest

from phonecase.model.fast import bfloat16, head_cpu, recurrence_cpu


@pytest.fixture
def kernels(monkeypatch: pytest.MonkeyPatch) -> bfloat16.Kernels:
    """The kernels wherever the processor can execute them, whether or not it would choose them."""
    found = bfloat16.executable()
    if found is None:
        pytest.skip("this processor has no AVX-512 BF16")
    for module in (head_cpu, recurrence_cpu):
        monkeypatch.setattr(module, "kernels", lambda: found)
    return found
