"""A neural spline flow of zuko on the rows of a cell of `ebb reproduce tabular-likelihood`.

    python zuko_nsf.py results/tabular-likelihood/magic --seconds 180 --threads 1

zuko's own defaults (three autoregressive transforms, eight bins, hidden layers of 64 and 64), Adam,
the best validation rows' weights kept. Trains until the seconds are over or patience is; prints a
line of JSON and leaves it in the folder as zuko_nsf.json.
"""
import argparse
import copy
import json
import math
import pathlib
import time

import numpy
import torch
import zuko


def part(folder, name):
    return torch.from_numpy(
        numpy.loadtxt(folder / name, delimiter=",", skiprows=1, ndmin=2).astype("float32"))


def log_prob(flow, rows):
    with torch.no_grad():
        return torch.cat([flow().log_prob(batch) for batch in rows.split(4096)]).double()


def train(flow, rows, validation, args, begin):
    """Steps done; the flow is left with its best weights."""
    optimizer = torch.optim.Adam(flow.parameters(), lr=args.rate)
    best, kept, worse, step = math.inf, copy.deepcopy(flow.state_dict()), 0, 0
    every = max(20, len(rows) // args.batch)
    order, at = torch.randperm(len(rows)), 0

    def validate():
        nonlocal best, kept, worse
        nll = -log_prob(flow, validation).mean().item()
        if nll < best:
            best, kept, worse = nll, copy.deepcopy(flow.state_dict()), 0
        else:
            worse += 1

    while time.perf_counter() - begin < args.seconds and worse < args.patience:
        if at + args.batch > len(rows):
            order, at = torch.randperm(len(rows)), 0
        batch = rows[order[at:at + args.batch]]
        at += args.batch
        loss = -flow().log_prob(batch).mean()
        optimizer.zero_grad()
        loss.backward()
        if torch.isfinite(loss):
            optimizer.step()
        step += 1
        if step % every == 0:
            validate()
    if step % every:
        validate()
    flow.load_state_dict(kept)
    return step, best


def main():
    parser = argparse.ArgumentParser(description="zuko's neural spline flow on a cell's rows")
    parser.add_argument("folder", type=pathlib.Path, help="with train.csv, validation.csv, test.csv")
    parser.add_argument("--seconds", type=float, default=300)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--rate", type=float, default=1e-3, help="Adam's learning rate")
    parser.add_argument("--batch", type=int, default=512)
    parser.add_argument("--patience", type=int, default=30, help="validations without a new best")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--name", default="zuko_nsf", help="of the file that is left in the folder")
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    torch.manual_seed(args.seed)
    begin = time.perf_counter()
    rows = part(args.folder, "train.csv")
    validation = part(args.folder, "validation.csv")
    args.batch = min(args.batch, len(rows))
    flow = zuko.flows.NSF(rows.shape[1])
    steps, best = train(flow, rows, validation, args, begin)
    seconds = time.perf_counter() - begin
    densities = log_prob(flow, part(args.folder, "test.csv"))
    line = json.dumps({
        "peer": f"zuko {zuko.__version__}, torch {torch.__version__}",
        "nll": -densities.mean().item(),
        "standard_error": (densities.std() / len(densities) ** 0.5).item(),
        "validation_nll": best,
        "steps": steps,
        "seconds": round(seconds, 1),
        "parameters": sum(p.numel() for p in flow.parameters()),
        "rate": args.rate,
        "batch": args.batch,
        "threads": torch.get_num_threads(),
    })
    (args.folder / f"{args.name}.json").write_text(line + "\n")
    print(line, flush=True)


if __name__ == "__main__":
    main()
