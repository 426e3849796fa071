/** Data that experiments of both papers train on; toys are made in {@code toy}. */
@NullMarked
package org.ebbflow.bench.data;

import org.jspecify.annotations.NullMarked;
