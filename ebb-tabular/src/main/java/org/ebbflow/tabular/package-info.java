/**
 * Tables of mixed columns as rows of a flow.
 *
 * <p>Holds what joins the packages below, above all {@link org.ebbflow.tabular.TabularModel}:
 * {@code table} (columns, files), {@code schema} (what a column is), {@code encode} (columns to
 * normal scores and back, with exact densities), {@code select} (a race of models on held-out
 * rows), {@code conditional} (one column given the others: imputation) and {@code compare} (two
 * tables). Arrows go encode → schema → table, from the others to these, and from all of them to
 * ebb-core.
 */
@NullMarked
package org.ebbflow.tabular;

import org.jspecify.annotations.NullMarked;
