"""What the peer scripts share: timing of steps and the line of JSON that they print."""
import json
import resource
import statistics
import time

import torch


def median_ms(step, warmup, steps):
    """Median time of step() in milliseconds after some that do not count, and its last value."""
    times = []
    value = None
    for i in range(warmup + steps):
        begin = time.perf_counter()
        value = step(i)
        times.append(1e3 * (time.perf_counter() - begin))
    return statistics.median(times[warmup:]), float(value)


def peak_mb():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def report(**values):
    line = {"peer": "torch " + torch.__version__}
    line.update(values)
    line.update(threads=torch.get_num_threads(), peak_rss_mb=peak_mb())
    print(json.dumps(line), flush=True)


def sizes(text):
    """128,128 as [128, 128]."""
    return [int(word) for word in text.split(",")]
