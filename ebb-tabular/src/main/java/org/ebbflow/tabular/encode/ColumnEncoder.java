package org.ebbflow.tabular.encode;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;
import org.ebbflow.tabular.schema.ColumnSpec;
import org.ebbflow.tabular.table.Column;

/**
 * One column as normal scores, and back. Fitted once, then never changes; safe for several threads.
 */
public interface ColumnEncoder {
  /** What the column is. */
  ColumnSpec spec();

  /**
   * Encodes values.
   *
   * @param values with the name and type of {@link #spec}
   * @param draws uniform numbers for the values that are intervals
   * @param firstRow index in the whole table of the first of {@code values}, for draws and messages
   * @param scores receives one finite normal score for each value
   * @param logRatios receives log m(x) − log φ(z) for each value
   * @throws org.ebbflow.data.DataException naming column, row and value of what cannot be encoded
   */
  void encode(Column values, Draws draws, long firstRow, double[] scores, double[] logRatios);

  /**
   * Values from scores.
   *
   * @param scores any numbers but NaN
   */
  Column decode(double[] scores);

  /**
   * Where the scores of a value are.
   *
   * @param values with the name and type of {@link #spec}
   * @param row which of them; may be missing
   */
  Interval interval(Column values, int row);

  /** Writes what was estimated, beside the form of the encoder, to a JSON object. */
  void writeTo(ObjectNode json);

  /** Whether some values are intervals of scores, so that densities depend on draws. */
  default boolean hasAtoms() {
    return true;
  }

  /**
   * The value of the column that is nearest to a number: within its bounds, whole where all are.
   *
   * @throws UnsupportedOperationException if values have no order
   */
  default double nearest(double number) {
    throw new UnsupportedOperationException(spec().name() + " has no order");
  }

  /** Where the scores of missing values are, if there may be any; the rest is for the others. */
  Optional<Interval> missingInterval();

  /** Where the scores of values that are there are: all that is not missing. */
  default Interval presentInterval() {
    return new Interval(
        Double.NEGATIVE_INFINITY,
        missingInterval().map(Interval::lower).orElse(Double.POSITIVE_INFINITY));
  }
}
