package org.ebbflow.bench.reproduce;

import java.nio.file.Path;

/**
 * How experiments are run.
 *
 * @param quick whether in minutes, on little data, to see that everything works
 * @param data folder of data sets, as {@code ebb data fetch} fills it
 * @param threads libtorch's threads, 0 for its own choice
 * @param seed of everything random
 * @param minutes training time of each cell over all its sessions, 0 for what the experiment asks
 */
public record Setup(boolean quick, Path data, int threads, long seed, double minutes) {}
