package org.ebbflow.tabular.schema;

import java.util.List;
import org.ebbflow.EbbException;
import org.ebbflow.tabular.table.ColumnType;
import org.jspecify.annotations.Nullable;

/**
 * What one column is.
 *
 * @param name in the table
 * @param type how its values are kept in the table
 * @param kind what it is to the model
 * @param lower no value is below; null: nothing known
 * @param upper no value is above; null: nothing known
 * @param spikes values with a probability of their own among continuous ones, rising; copied
 * @param categories the values of a categorical column, or the one of a constant, as text; copied.
 *     None: those of the rows that are fitted to
 * @param other whether categories that are not listed are one more category, else they are errors
 * @param missing whether values may be missing
 * @param transform how values become normal scores
 */
public record ColumnSpec(
    String name,
    ColumnType type,
    ColumnKind kind,
    @Nullable Double lower,
    @Nullable Double upper,
    List<Double> spikes,
    List<String> categories,
    boolean other,
    boolean missing,
    MarginTransform transform) {
  /** The name of the category that stands for those not listed. */
  public static final String OTHER = "other";

  /**
   * @throws EbbException naming the field, its value and what is allowed
   */
  public ColumnSpec {
    spikes = List.copyOf(spikes);
    categories = List.copyOf(categories);
  }

  /** A column without bounds, spikes, categories or missing values. */
  public static ColumnSpec of(String name, ColumnType type, ColumnKind kind) {
    return new ColumnSpec(
        name, type, kind, null, null, List.of(), List.of(), false, false, MarginTransform.NORMAL);
  }
}
