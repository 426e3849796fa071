package org.ebbflow.data;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What a table's columns are called.
 *
 * @param names one per column, neither blank nor repeated, or none at all; copied
 */
record ColumnNames(List<String> names) {
  private static final ColumnNames NONE = new ColumnNames(List.of());

  /**
   * @throws DataException if a name is blank or repeated
   */
  ColumnNames {
    Set<String> seen = new HashSet<>();
    for (int c = 0; c < names.size(); c++) {
      if (names.get(c).isBlank()) {
        throw new DataException("the name of column index " + c + " is empty", "name every column");
      }
      if (!seen.add(names.get(c))) {
        throw new DataException(
            "two columns are named '" + names.get(c) + "'", "give every column its own name");
      }
    }
    names = List.copyOf(names);
  }

  static ColumnNames none() {
    return NONE;
  }

  /**
   * These names, which may be none.
   *
   * @throws DataException if their number is another than that of the columns
   */
  ColumnNames requireOneEach(int columns) {
    if (!names.isEmpty() && names.size() != columns) {
      throw new DataException(
          names.size() + " names for " + columns + " columns", "give one name per column");
    }
    return this;
  }

  /** A column's name, or "column 1" for the first of a nameless table. */
  String label(int column) {
    return names.isEmpty() ? "column " + (column + 1) : names.get(column);
  }

  /**
   * Where some columns are.
   *
   * @throws DataException if there is no such column
   */
  int[] indices(List<String> wanted) {
    int[] indices = new int[wanted.size()];
    for (int i = 0; i < indices.length; i++) {
      indices[i] = names.indexOf(wanted.get(i));
      if (indices[i] < 0) {
        throw new DataException(
            "there is no column '" + wanted.get(i) + "'",
            names.isEmpty()
                ? "give a table whose columns have names"
                : "use some of " + String.join(", ", names));
      }
    }
    return indices;
  }

  /** The others. */
  List<String> except(List<String> some) {
    return names.stream().filter(name -> !some.contains(name)).toList();
  }
}
