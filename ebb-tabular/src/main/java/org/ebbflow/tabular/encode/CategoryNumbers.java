package org.ebbflow.tabular.encode;

import java.time.Instant;
import java.time.format.DateTimeParseException;
import org.ebbflow.data.DataException;
import org.ebbflow.tabular.schema.ColumnSpec;
import org.ebbflow.tabular.table.ColumnType;

/** Numbers of columns whose values are categories: their texts read back. */
final class CategoryNumbers {
  private CategoryNumbers() {}

  /**
   * The number that a category's text stands for.
   *
   * @throws DataException if it is none
   */
  static double parse(ColumnSpec spec, String text) {
    try {
      if (spec.type() == ColumnType.BOOLEAN) {
        return text.equals("true") ? 1 : 0;
      }
      if (spec.type() == ColumnType.TIMESTAMP) {
        Instant instant = Instant.parse(text);
        return instant.getEpochSecond() + instant.getNano() / 1e9;
      }
      return Double.parseDouble(text);
    } catch (NumberFormatException | DateTimeParseException e) {
      throw new DataException(
          "column '%s': the category '%s' is not of type %s"
              .formatted(spec.name(), text, spec.type()),
          "write categories as the table has them",
          e);
    }
  }
}
