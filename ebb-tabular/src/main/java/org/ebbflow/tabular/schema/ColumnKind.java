package org.ebbflow.tabular.schema;

/** What a column is to a model. */
public enum ColumnKind {
  /** A real number with a density, and spikes where single values hold much of the mass. */
  CONTINUOUS(true),
  /** A whole number with probabilities. */
  INTEGER(true),
  /** One of two values. */
  BOOLEAN(true),
  /** One of a list of values without an order. */
  CATEGORICAL(true),
  /** A point in time; to the model a number of seconds. */
  TIMESTAMP(true),
  /** Identifies a row: carried along, not modelled. */
  KEY(false),
  /** Left out. */
  IGNORED(false),
  /** One value in all rows: checked when rows are scored, not modelled. */
  CONSTANT(false);

  private final boolean modelled;

  ColumnKind(boolean modelled) {
    this.modelled = modelled;
  }

  /** Whether the column becomes a column of normal scores. */
  public boolean isModelled() {
    return modelled;
  }
}
