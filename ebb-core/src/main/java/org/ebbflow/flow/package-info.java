/**
 * Flows: chains of bijections over a base density, and the jets they are written in.
 *
 * <p>Here live the concepts; each kind of bijection has a sub-package ({@code linear}, {@code
 * elementwise}, {@code preprocess}). A new bijection implements {@link org.ebbflow.flow.Bijection}
 * in the sub-package of its kind and gets a line in the tests' registry.
 *
 * <p>A layer that can be differentiated by hand gives a {@link org.ebbflow.flow.Trace}; {@link
 * org.ebbflow.flow.DensityTrace} joins those of a flow ({@link org.ebbflow.flow.ChainTrace} those
 * of any chain), {@link org.ebbflow.flow.Functional} says what is differentiated, {@link
 * org.ebbflow.flow.Gradients} sums up what they come to, in the precision that {@link
 * org.ebbflow.flow.Products} says.
 */
@NullMarked
package org.ebbflow.flow;

import org.jspecify.annotations.NullMarked;
