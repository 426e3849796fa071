/**
 * Columns with names and types, and the files they are in.
 *
 * <p>A {@link org.ebbflow.tabular.table.Table} is what a file says, missing values included; what a
 * column means to a model is the schema's to say. {@link org.ebbflow.tabular.table.TableSource} and
 * {@link org.ebbflow.tabular.table.TableWriter} are the only places that know DuckDB: a new file
 * format goes there.
 */
@NullMarked
package org.ebbflow.tabular.table;

import org.jspecify.annotations.NullMarked;
