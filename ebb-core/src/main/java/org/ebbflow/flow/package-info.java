/**
 * Flows: chains of bijections over a base density, and the jets they are written in.
 *
 * <p>Here live the concepts; each kind of bijection has a sub-package ({@code linear}, {@code
 * elementwise}, {@code preprocess}). A new bijection implements {@link org.ebbflow.flow.Bijection}
 * in the sub-package of its kind and gets a line in the tests' registry.
 */
@NullMarked
package org.ebbflow.flow;

import org.jspecify.annotations.NullMarked;
