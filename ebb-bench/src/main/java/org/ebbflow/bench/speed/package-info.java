/**
 * How long steps and rows take and how much memory: what {@code ebb bench} measures. Ebb's steps
 * are those of its own trainer; peers run as processes of their own, in turns with Ebb.
 *
 * <p>A further measurement is a command here, named in {@link org.ebbflow.bench.speed.BenchCommand}
 * and, if it has a peer, in {@link org.ebbflow.bench.speed.PeersCommand}.
 */
@NullMarked
package org.ebbflow.bench.speed;

import org.jspecify.annotations.NullMarked;
