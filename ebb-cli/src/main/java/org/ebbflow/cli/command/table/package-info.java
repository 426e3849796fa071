/** What commands do with tables of mixed columns: fit, score, impute, sample, compare, schema. */
@NullMarked
package org.ebbflow.cli.command.table;

import org.jspecify.annotations.NullMarked;
