package org.ebbflow.tabular.table;

import java.util.List;
import java.util.Set;

/**
 * How the cells of files are read.
 *
 * @param missing what stands for a missing value in CSV; copied
 * @param texts names of columns to keep as they are written, such as codes with leading zeros;
 *     copied
 */
public record TableFormat(List<String> missing, Set<String> texts) {
  /** Copies. */
  public TableFormat {
    missing = List.copyOf(missing);
    texts = Set.copyOf(texts);
  }

  /** The same with these columns as they are written. */
  public TableFormat withTexts(Set<String> names) {
    return new TableFormat(missing, names);
  }

  /** An empty cell, NA, N/A, NaN, nan, null and NULL are missing; types are as the values say. */
  public static TableFormat customary() {
    return new TableFormat(List.of("", "NA", "N/A", "NaN", "nan", "null", "NULL"), Set.of());
  }
}
