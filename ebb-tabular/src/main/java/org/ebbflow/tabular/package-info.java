/**
 * Tables of mixed columns as rows of a flow.
 *
 * <p>Holds what joins the packages below: {@code table} (columns, files), {@code schema} (what a
 * column is) and {@code encode} (columns to normal scores and back, with exact densities). Arrows
 * go encode → schema → table, and from all of them to ebb-core.
 */
@NullMarked
package org.ebbflow.tabular;

import org.jspecify.annotations.NullMarked;
