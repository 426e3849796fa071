"""A training step of one JKO-iFlow block in eager PyTorch: what `ebb bench jko-step` is held against.

A field with softplus(20), Runge-Kutta 3/8 steps over [0, 1], divergences along a random direction by
a forward difference, Adam, gradients clipped to 1. --adjoint takes torchdiffeq's odeint_adjoint, as
the published code does.

    python jko_step.py --dim 2 --hidden 128,128,128 --batch 2000 --substeps 3 [--adjoint]
"""
import argparse

import torch
from torch import nn

from flows import three_eighths, velocity
from measure import median_ms, report, sizes


class Rates(nn.Module):
    """Velocity and divergence of a field, the latter with a direction held over a step."""

    def __init__(self, field, dim, sigma=0.02):
        super().__init__()
        self.field, self.length, self.direction = field, sigma / dim**0.5, None

    def forward(self, t, state):
        f = self.field(state[0])
        ahead = self.field(state[0] + self.length * self.direction)
        return f, ((ahead - f) * self.direction).sum(1) / self.length


def integrate(rates, x, substeps, adjoint):
    state = (x, x.new_zeros(len(x)))
    for i in range(substeps):
        rates.direction = torch.randn_like(x)
        begin, end = i / substeps, (i + 1) / substeps
        if adjoint:
            from torchdiffeq import odeint_adjoint

            path = odeint_adjoint(rates, state, torch.tensor([begin, end]), method="rk4")
            state = tuple(part[-1] for part in path)
        else:
            state = three_eighths(rates, state, begin, end)
    return state


def main():
    parser = argparse.ArgumentParser(description="JKO-iFlow training steps in eager PyTorch")
    parser.add_argument("--dim", type=int, default=2)
    parser.add_argument("--hidden", type=sizes, default=[128, 128, 128])
    parser.add_argument("--batch", type=int, default=2000)
    parser.add_argument("--substeps", type=int, default=3)
    parser.add_argument("--steps", type=int, default=30)
    parser.add_argument("--warmup", type=int, default=5)
    parser.add_argument("--threads", type=int, default=0)
    parser.add_argument("--adjoint", action="store_true", help="by torchdiffeq's adjoint method")
    args = parser.parse_args()
    if args.threads > 0:
        torch.set_num_threads(args.threads)
    torch.manual_seed(0)
    rates = Rates(velocity(args.dim, args.hidden), args.dim)
    weights = list(rates.parameters())
    optimizer = torch.optim.Adam(weights, lr=1e-4)

    def step(t):
        start = 1.5 * torch.randn(args.batch, args.dim)
        optimizer.zero_grad()
        end, divergence = integrate(rates, start, args.substeps, args.adjoint)
        movement = (end - start).square().sum(1)
        loss = (0.5 * end.square().sum(1) - divergence + 0.5 * movement).mean()
        loss.backward()
        nn.utils.clip_grad_norm_(weights, 1.0)
        optimizer.step()
        return loss.item()

    ms, loss = median_ms(step, args.warmup, args.steps)
    report(dim=args.dim, hidden=args.hidden, batch=args.batch, substeps=args.substeps,
           adjoint=args.adjoint, precision="f32", loss=loss, ms_per_step=round(ms, 3))


if __name__ == "__main__":
    main()
