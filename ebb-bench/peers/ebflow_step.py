"""A training step of the fully connected EBFlow in eager PyTorch: what `ebb bench step` is held against.

Loss, gradients by double back-propagation, RMSprop 1e-4 and the moving average of the weights count;
so they do in Ebb. Prints a line of JSON for each objective.

    python ebflow_step.py --dim 784 --layers 2 --batch 100 --objective ssm,dsm --steps 50 [--bf16] [--compile]
"""
import argparse

import torch
from torch.autograd import grad

from flows import FullyConnected, energy
from measure import median_ms, report


def maximum_likelihood(flow, x):
    return energy(flow, x).mean() - flow.constant_log_det()


def sliced(flow, x):
    x = x.clone().requires_grad_()
    direction = torch.randint_like(x, 2) * 2 - 1
    score = grad(-energy(flow, x).sum(), x, create_graph=True)[0]
    product = grad((score * direction).sum(), x, create_graph=True)[0]
    return (0.5 * score.square() + product * direction).sum(1).mean() / x.shape[1]


def denoising(flow, x, sigma=1.0):
    noise = torch.randn_like(x)
    noisy = (x + sigma * noise).requires_grad_()
    score = grad(-energy(flow, noisy).sum(), noisy, create_graph=True)[0]
    return 0.5 * (score + noise / sigma).square().sum(1).mean() / x.shape[1]


def finite_differences(flow, x, length=0.1):
    direction = torch.nn.functional.normalize(torch.randn_like(x)) * length
    here, ahead, behind = energy(flow, torch.cat([x, x + direction, x - direction])).chunk(3)
    curvature = 2 * here - ahead - behind
    return (curvature + (ahead - behind).square() / 8).mean() / length**2


LOSSES = {"ml": maximum_likelihood, "ssm": sliced, "dsm": denoising, "fdssm": finite_differences}


def measure(objective, args):
    torch.manual_seed(0)
    flow = FullyConnected(args.dim, args.layers)
    weights = list(flow.parameters())
    averages = [w.detach().clone() for w in weights]
    optimizer = torch.optim.RMSprop(weights, lr=1e-4)
    loss_of = torch.compile(LOSSES[objective]) if args.compile else LOSSES[objective]
    batch = torch.randn(args.batch, args.dim)

    def step(t):
        optimizer.zero_grad()
        with torch.autocast("cpu", torch.bfloat16, enabled=args.bf16):
            loss = loss_of(flow, batch)
        loss.backward()
        optimizer.step()
        with torch.no_grad():
            for average, w in zip(averages, weights):
                average.lerp_(w, 1 - min(0.999, (1 + t) / (10 + t)))
        return loss.item()

    ms, loss = median_ms(step, args.warmup, args.steps)
    report(objective=objective, dim=args.dim, layers=args.layers, batch=args.batch,
           precision="bf16" if args.bf16 else "f32", compiled=args.compile,
           loss=loss, ms_per_step=round(ms, 3))


def main():
    parser = argparse.ArgumentParser(description="EBFlow training steps in eager PyTorch")
    parser.add_argument("--dim", type=int, default=784)
    parser.add_argument("--layers", type=int, default=2)
    parser.add_argument("--batch", type=int, default=100)
    parser.add_argument("--objective", default="ssm", help="some of " + ",".join(LOSSES))
    parser.add_argument("--steps", type=int, default=50)
    parser.add_argument("--warmup", type=int, default=5)
    parser.add_argument("--threads", type=int, default=0)
    parser.add_argument("--bf16", action="store_true", help="autocast to bfloat16")
    parser.add_argument("--compile", action="store_true", help="torch.compile the loss")
    args = parser.parse_args()
    if args.threads > 0:
        torch.set_num_threads(args.threads)
    for objective in args.objective.split(","):
        measure(objective, args)


if __name__ == "__main__":
    main()
