"""Make an encoder's dense layers ternary and keep them so while they are fitted (learned step size: Esser et al. 2020; TernaryBERT: Zhang
et al. 2020): of a 30th of the size, they say nearly what they said before.

A weight is -1, 0 or 1 times the scale of its group of inputs. Behind it stands a float, to which the gradient of the rounded weight goes
as long as it is not beyond what rounds to -1 or 1; the scales are fitted too.
"""

import math
from typing import Any

import torch

from detector.quantised import Quantised

LEVELS = 3
GROUP = 128  # inputs that share a scale, or the most that divide their number

_EDGE = LEVELS / 2  # in scales; what is beyond rounds to no level


class TernaryLinear(torch.nn.Module):  # type: ignore[misc] # untyped where torch is not installed
    """A dense layer of ternary weights; `weight` (outputs, inputs) is what stands behind them, `scales` (outputs, groups, 1)."""

    def __init__(self, dense: torch.nn.Linear) -> None:
        super().__init__()
        group = math.gcd(GROUP, dense.in_features)
        scales = Quantised.of(dense.weight.data.numpy().T, LEVELS, (group, 1)).scales
        self.weight = torch.nn.Parameter(dense.weight.data.clone())
        self.bias = torch.nn.Parameter(dense.bias.data.clone())
        self.scales = torch.nn.Parameter(torch.tensor(scales.T).float().unsqueeze(2))

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        """Return the outputs."""
        return torch.nn.functional.linear(inputs, _Rounded.apply(self.weight, self.scales), self.bias)


class _Rounded(torch.autograd.Function):  # type: ignore[misc]
    @staticmethod
    def forward(context: Any, weight: torch.Tensor, scales: torch.Tensor) -> torch.Tensor:
        shares = weight.view(*scales.shape[:2], -1) / scales
        levels = shares.round().clamp_(-1, 1)
        context.save_for_backward(shares, levels)
        return (levels * scales).view(weight.shape)

    @staticmethod
    def backward(context: Any, gradient: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        shares, levels = context.saved_tensors
        grouped = gradient.view(shares.shape)
        inside = shares.abs() < _EDGE
        of_scales = (grouped * torch.where(inside, levels - shares, levels)).sum(2, keepdim=True)
        return (grouped * inside).view(gradient.shape), of_scales


def ternarise(module: torch.nn.Module) -> None:
    """Put a ternary layer in the place of every dense one inside a module."""
    for name, child in module.named_children():
        if isinstance(child, torch.nn.Linear):
            setattr(module, name, TernaryLinear(child))
        else:
            ternarise(child)


def quantised(weight: Any, scales: Any) -> Quantised:
    """Return the matrix (inputs, outputs) of a `TernaryLinear` of these numpy arrays."""
    levels = (weight.reshape(*scales.shape[:2], -1) / scales).round().clip(-1, 1)
    return Quantised.packed(levels.reshape(weight.shape).T.astype("int8"), scales[:, :, 0].T.astype("float16"), LEVELS)
