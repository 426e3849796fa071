"""Rows a second that a flow in eager PyTorch scores or draws: what `ebb bench score|sample` are held against.

    python flow_rows.py score --architecture fc|glow|jko --dim 784 --rows 20000 --batch 500
"""
import argparse
import time

import torch

from flows import BlockChain, FullyConnected, Glow
from measure import report, sizes


def build(args):
    if args.architecture == "fc":
        return FullyConnected(args.dim, args.layers)
    if args.architecture == "glow":
        return Glow(round(args.dim**0.5), args.scales, args.layers, args.width)
    return BlockChain(args.dim, args.hidden, args.layers, args.substeps)


def main():
    parser = argparse.ArgumentParser(description="Scoring and sampling in eager PyTorch")
    parser.add_argument("work", choices=["score", "sample"])
    parser.add_argument("--architecture", choices=["fc", "glow", "jko"], default="fc")
    parser.add_argument("--dim", type=int, default=784)
    parser.add_argument("--layers", type=int, default=2, help="layers, steps a scale, or blocks")
    parser.add_argument("--scales", type=int, default=2)
    parser.add_argument("--width", type=int, default=64)
    parser.add_argument("--hidden", type=sizes, default=[128, 128, 128])
    parser.add_argument("--substeps", type=int, default=3)
    parser.add_argument("--rows", type=int, default=10000)
    parser.add_argument("--batch", type=int, default=500)
    parser.add_argument("--threads", type=int, default=0)
    args = parser.parse_args()
    if args.threads > 0:
        torch.set_num_threads(args.threads)
    torch.manual_seed(0)
    flow = build(args)
    data = torch.randn(args.batch, args.dim)

    def batch():
        with torch.no_grad():
            if args.work == "score":
                return flow.log_prob(data).numpy()
            return flow.inverse(torch.randn(args.batch, args.dim)).numpy()

    batch()
    calls = max(1, args.rows // args.batch)
    begin = time.perf_counter()
    for _ in range(calls):
        batch()
    seconds = time.perf_counter() - begin
    report(work=args.work, architecture=args.architecture, dim=args.dim, layers=args.layers,
           rows=calls * args.batch, batch=args.batch,
           rows_per_second=round(calls * args.batch / seconds, 1))


if __name__ == "__main__":
    main()
