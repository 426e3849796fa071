/**
 * The choice of a model for a table: candidates, a race on held-out rows, and its record.
 *
 * <p>A new candidate is one more constant of {@link org.ebbflow.tabular.select.Candidate}.
 */
@NullMarked
package org.ebbflow.tabular.select;

import org.jspecify.annotations.NullMarked;
