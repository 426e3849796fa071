package org.ebbflow.tabular.table;

/** How the values of a column are kept and written. */
public enum ColumnType {
  /** Real numbers. */
  NUMBER,
  /** Whole numbers of at most 2^53 in size. */
  INTEGER,
  /** True or false, kept as 1 or 0. */
  BOOLEAN,
  /** Texts, kept as codes into a dictionary. */
  TEXT,
  /** Points in time, kept as seconds since 1970-01-01T00:00Z. */
  TIMESTAMP;

  /** Whether values are doubles, all but texts. */
  public boolean isNumeric() {
    return this != TEXT;
  }
}
