/**
 * Columns as standard normal scores, and back, with the exact density of each value.
 *
 * <p>The randomised probability-integral transform: a column's values cut [0, 1] into intervals in
 * the order of value, a value is a point or an interval in there, and z is the normal quantile of
 * that point or of a uniform draw within the interval. So every column of training rows is N(0, 1)
 * by itself, whatever it was, and a flow has only to learn how the columns hang together. With m_j
 * the marginal density of a number or the probability of an atom,
 *
 * <pre>log p(row) = log p_Z(z) + Σ_j [log m_j(x_j) − log φ(z_j)].</pre>
 *
 * <p>Where a row has atoms (categories, spikes, whole numbers, missing values) the right side
 * depends on the draw U: exp of it, averaged over draws, is the row's probability, and its own mean
 * is a lower bound of the logarithm of that.
 *
 * <p>A new kind of column is one more {@link org.ebbflow.tabular.encode.ColumnEncoder}.
 */
@NullMarked
package org.ebbflow.tabular.encode;

import org.jspecify.annotations.NullMarked;
