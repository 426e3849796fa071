/**
 * What every experiment is made of: cells that run one by one and are gone on with after any stop,
 * and the tables and pictures made from those that are done. Knows no particular experiment but
 * their list in {@link org.ebbflow.bench.reproduce.Experiments}.
 */
@NullMarked
package org.ebbflow.bench.reproduce;

import org.jspecify.annotations.NullMarked;
