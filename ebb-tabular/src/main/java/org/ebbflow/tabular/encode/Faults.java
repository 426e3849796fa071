package org.ebbflow.tabular.encode;

import org.ebbflow.data.DataException;
import org.ebbflow.tabular.schema.ColumnSpec;

/** What can be wrong with a cell, in words. Rows count from 1, as in a file without its header. */
final class Faults {
  private Faults() {}

  static DataException value(
      ColumnSpec spec, long row, Object value, String problem, String remedy) {
    return new DataException(
        "column '%s', row %d: %s %s".formatted(spec.name(), row + 1, value, problem), remedy);
  }

  static DataException missing(ColumnSpec spec, long row) {
    return new DataException(
        "column '%s', row %d: the value is missing, and none was in the rows that were fitted to"
            .formatted(spec.name(), row + 1),
        "fill it in, or declare 'missing: true' in the schema and fit again");
  }
}
