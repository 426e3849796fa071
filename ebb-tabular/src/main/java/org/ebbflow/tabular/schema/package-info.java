/**
 * What each column of a table is: a continuous number, a count, a category, a key to carry along.
 *
 * <p>A {@link org.ebbflow.tabular.schema.Schema} is inferred from a table, edited as YAML, and
 * checks the tables that are scored later. It holds declarations only: numbers that are estimated
 * belong to the encoders. A new kind of column is a constant of {@link
 * org.ebbflow.tabular.schema.ColumnKind} and an encoder.
 */
@NullMarked
package org.ebbflow.tabular.schema;

import org.jspecify.annotations.NullMarked;
