package org.ebbflow.tabular.encode;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Arrays;
import java.util.Optional;
import org.ebbflow.data.DataException;
import org.ebbflow.tabular.schema.ColumnSpec;
import org.ebbflow.tabular.table.Column;

/**
 * Numbers: atoms at single values, a smooth distribution for all others, missing values at the end.
 *
 * <p>[0, 1] holds, in order of value, stretches of the smooth distribution and the atoms between
 * them. Whole numbers (a grid) are intervals of the smooth distribution half a step to both sides,
 * so that their probabilities sum to one; atoms take their intervals out of it.
 */
final class OrderedEncoder implements ColumnEncoder {
  private final ColumnSpec spec;
  private final NumberMargin margin;

  OrderedEncoder(ColumnSpec spec, NumberMargin margin) {
    this.spec = spec;
    this.margin = margin;
  }

  /**
   * Fits a column.
   *
   * @param values of the rows to fit to
   */
  static OrderedEncoder fit(ColumnSpec spec, Column values) {
    return new OrderedEncoder(spec, MarginFit.fit(spec, values));
  }

  @Override
  public ColumnSpec spec() {
    return spec;
  }

  @Override
  public void encode(
      Column values, Draws draws, long firstRow, double[] scores, double[] logRatios) {
    for (int row = 0; row < values.rows(); row++) {
      double x = values.number(row);
      check(x, firstRow + row);
      margin.encode(x, draws, firstRow + row, row, scores, logRatios);
    }
  }

  private void check(double x, long row) {
    if (Double.isNaN(x)) {
      if (!spec.missing()) {
        throw Faults.missing(spec, row);
      }
      return;
    }
    if (Double.isInfinite(x)) {
      throw Faults.value(spec, row, x, "is not finite", "replace it by a number or leave it empty");
    }
    Double lower = spec.lower();
    Double upper = spec.upper();
    if ((lower != null && x < lower) || (upper != null && x > upper)) {
      throw Faults.value(
          spec,
          row,
          x,
          "is outside of the bounds %s to %s"
              .formatted(lower == null ? "-∞" : lower, upper == null ? "∞" : upper),
          "correct it, or widen the bounds in the schema and fit again");
    }
    double step = margin.step();
    if (step > 0 && Math.rint(x / step) * step != x) {
      throw Faults.value(
          spec,
          row,
          x,
          step == 1 ? "is not a whole number" : "is not the beginning of a day",
          "correct it, or fit again with rows that have such values");
    }
  }

  @Override
  public Column decode(double[] scores) {
    double[] values = new double[scores.length];
    for (int row = 0; row < values.length; row++) {
      values[row] = margin.decode(scores[row]);
    }
    return switch (spec.type()) {
      case INTEGER -> Column.integers(spec.name(), whole(values));
      case TIMESTAMP -> Column.timestamps(spec.name(), microseconds(values));
      case BOOLEAN -> Column.booleans(spec.name(), values);
      case NUMBER -> Column.numbers(spec.name(), values);
      case TEXT -> throw new DataException("column '" + spec.name() + "'", "declare it a category");
    };
  }

  private static double[] whole(double[] values) {
    return Arrays.stream(values)
        .map(x -> Math.max(-0x1p53, Math.min(Math.rint(x), 0x1p53)))
        .toArray();
  }

  private static double[] microseconds(double[] seconds) {
    return Arrays.stream(seconds)
        .map(x -> Math.abs(x) < 1e10 ? Math.rint(x * 1e6) / 1e6 : x)
        .toArray();
  }

  @Override
  public boolean hasAtoms() {
    return margin.hasAtoms();
  }

  @Override
  public double nearest(double number) {
    return margin.nearest(number);
  }

  @Override
  public Interval interval(Column values, int row) {
    double x = values.number(row);
    check(x, row);
    return margin.interval(x);
  }

  @Override
  public Optional<Interval> missingInterval() {
    return margin.missingInterval();
  }

  @Override
  public void writeTo(ObjectNode json) {
    json.put("form", "ordered");
    margin.writeTo(json);
  }
}
