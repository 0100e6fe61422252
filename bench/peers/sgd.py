"""Online SGD of the mean-field net (N = 800 piecewise-linear neurons, d = 40, batch 1) and an ensemble of double wells
as a user of numpy and numba would write them. Prints lines "name rate", best of five, by processor time. Whatever is
not installed is left out with a message. Run by scripts/bench-peers.sh, which prints the ratios."""
import sys
import time

import numpy as np

NEURONS, DIMENSION, RATE, DELTA = 800, 40, 1e-6, 0.8


def best_rate(items, work):
    work()  # warm caches, compile
    best = 0.0
    for _ in range(5):
        begin = time.process_time()
        work()
        best = max(best, items / (time.process_time() - begin))
    return best


def samples(count, rng):
    y = np.where(np.arange(count) % 2 == 0, 1.0, -1.0)
    return rng.standard_normal((count, DIMENSION)) * (1 + DELTA * y)[:, None], y


def numpy_sgd(w, x, y, noise, rng):
    for k in range(len(y)):
        z = w @ x[k]
        residual = y[k] - np.clip(10 * z - 7.5, -2.5, 7.5).mean()
        w += np.where((z > 0.5) & (z < 1.5), 20 * RATE * residual, 0.0)[:, None] * x[k]
        if noise:
            w += noise * rng.standard_normal(w.shape)


def numba_sgd():
    import numba

    @numba.njit(fastmath=True)
    def run(w, x, y):
        neurons, d = w.shape
        z = np.empty(neurons)
        for k in range(len(y)):
            total = 0.0
            for i in range(neurons):
                a = 0.0
                for j in range(d):
                    a += w[i, j] * x[k, j]
                z[i] = a
                total += min(max(10 * a - 7.5, -2.5), 7.5)
            factor = 20 * RATE * (y[k] - total / neurons)
            for i in range(neurons):
                if 0.5 < z[i] < 1.5:
                    for j in range(d):
                        w[i, j] += factor * x[k, j]

    return run


def numpy_wells(x, steps, rng):
    for _ in range(steps):
        x += 0.01 * (x - x**3) + 0.1 * rng.standard_normal(x.shape)


def main():
    rng = np.random.default_rng(1)
    x, y = samples(1000, rng)
    w = 0.8 / np.sqrt(DIMENSION) * rng.standard_normal((NEURONS, DIMENSION))
    print("numpy_online", best_rate(200, lambda: numpy_sgd(w, x[:200], y[:200], 0.0, rng)))
    print("numpy_noisy", best_rate(20, lambda: numpy_sgd(w, x[:20], y[:20], 6e-5, rng)))
    paths = np.full(16384, -1.0)
    print("numpy_wells", best_rate(64 * paths.size, lambda: numpy_wells(paths, 64, rng)))
    try:
        run = numba_sgd()
        print("numba_online", best_rate(1000, lambda: run(w, x, y)))
    except ImportError:
        print("numba is not installed: left out", file=sys.stderr)


main()
