"""Cells whose sums are exact, so that no bit of state hangs on the order in which they are added up."""

import torch

from phonecase.model import BinaryHighway


def exact_cell(hidden_size: int, seed: int, dtype: torch.dtype = torch.float32) -> BinaryHighway:
    """A cell with random weights that are multiples of 1/64: sums of a few hundred are exact in float32."""
    generator = torch.Generator().manual_seed(seed)
    cell = BinaryHighway(hidden_size)
    with torch.no_grad():
        for parameter in cell.parameters():
            scale = 2 / hidden_size**0.5
            parameter.copy_((torch.randn(parameter.shape, generator=generator) * scale * 64).round() / 64)
        cell.gates.bias[hidden_size:] += 1 / 128  # carry and update apart from sums that could tie with them
    return cell.to(dtype)
