package org.ebbflow.tabular.encode;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Arrays;
import java.util.Optional;
import org.ebbflow.data.DataException;
import org.ebbflow.tabular.schema.ColumnSpec;
import org.ebbflow.tabular.table.Column;
import org.ebbflow.tabular.table.ColumnType;

/** z = (x − mean)/deviation, whose log m − log φ(z) is −log(deviation). */
final class StandardEncoder implements ColumnEncoder {
  private final ColumnSpec spec;
  private final double mean;
  private final double deviation;

  StandardEncoder(ColumnSpec spec, double mean, double deviation) {
    this.spec = spec;
    this.mean = mean;
    this.deviation = deviation;
  }

  static StandardEncoder fit(ColumnSpec spec, Column values) {
    double[] numbers = values.numbers();
    for (int row = 0; row < numbers.length; row++) {
      check(spec, numbers[row], row);
    }
    double mean = Arrays.stream(numbers).map(x -> x / numbers.length).sum();
    double deviation =
        Math.sqrt(Arrays.stream(numbers).map(x -> (x - mean) * (x - mean)).average().orElse(0));
    if (!(deviation > 0 && deviation < Double.POSITIVE_INFINITY)) {
      throw new DataException(
          "column '%s' has the standard deviation %s".formatted(spec.name(), deviation),
          "use the transform normal");
    }
    return new StandardEncoder(spec, mean, deviation);
  }

  private static void check(ColumnSpec spec, double x, long row) {
    if (Double.isNaN(x)) {
      throw Faults.missing(spec, row);
    }
    if (Double.isInfinite(x)) {
      throw Faults.value(spec, row, x, "is not finite", "replace it by a number");
    }
  }

  @Override
  public ColumnSpec spec() {
    return spec;
  }

  @Override
  public void encode(
      Column values, Draws draws, long firstRow, double[] scores, double[] logRatios) {
    double logRatio = -Math.log(deviation);
    for (int row = 0; row < values.rows(); row++) {
      double x = values.number(row);
      check(spec, x, firstRow + row);
      scores[row] = Math.max(-Double.MAX_VALUE, Math.min((x - mean) / deviation, Double.MAX_VALUE));
      logRatios[row] = logRatio;
    }
  }

  @Override
  public Column decode(double[] scores) {
    double[] values =
        Arrays.stream(scores)
            .map(z -> mean + z * deviation)
            .map(x -> Math.max(-Double.MAX_VALUE, Math.min(x, Double.MAX_VALUE)))
            .toArray();
    return spec.type() == ColumnType.INTEGER
        ? Column.integers(spec.name(), Arrays.stream(values).map(Math::rint).toArray())
        : Column.numbers(spec.name(), values);
  }

  @Override
  public boolean hasAtoms() {
    return false;
  }

  @Override
  public double nearest(double number) {
    return number;
  }

  @Override
  public Interval interval(Column values, int row) {
    double x = values.number(row);
    check(spec, x, row);
    double z = (x - mean) / deviation;
    return new Interval(z, z);
  }

  @Override
  public Optional<Interval> missingInterval() {
    return Optional.empty();
  }

  @Override
  public void writeTo(ObjectNode json) {
    json.put("form", "standard");
    json.put("mean", mean);
    json.put("deviation", deviation);
  }
}
