package org.ebbflow.tabular.encode;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.ebbflow.tabular.schema.ColumnSpec;
import org.ebbflow.tabular.table.Column;
import org.ebbflow.tabular.table.ColumnType;

/**
 * Values without an order: one interval each, in the order of the schema, then other categories,
 * then missing values.
 */
final class CategoricalEncoder implements ColumnEncoder {
  private static final double LEAST_ROWS = 0.5;

  private final ColumnSpec spec;
  private final double[] weights;
  private final Partition partition;
  private final Map<String, Integer> pieces = new HashMap<>();

  /**
   * @param weights of each category, of others if declared, of missing values if allowed
   */
  CategoricalEncoder(ColumnSpec spec, double[] weights) {
    this.spec = spec;
    this.weights = weights;
    this.partition = new Partition(weights);
    for (int i = 0; i < spec.categories().size(); i++) {
      pieces.put(spec.categories().get(i), i);
    }
  }

  static CategoricalEncoder fit(ColumnSpec spec, Column values) {
    int size = spec.categories().size() + (spec.other() ? 1 : 0) + (spec.missing() ? 1 : 0);
    double[] even = new double[size];
    Arrays.fill(even, 1);
    CategoricalEncoder known = new CategoricalEncoder(spec, even);
    double[] counts = new double[size];
    int[] found = known.pieces(values, 0);
    for (int piece : found) {
      counts[piece]++;
    }
    for (int i = 0; i < size; i++) {
      counts[i] = Math.max(counts[i], LEAST_ROWS);
    }
    return new CategoricalEncoder(spec, counts);
  }

  @Override
  public ColumnSpec spec() {
    return spec;
  }

  @Override
  public void encode(
      Column values, Draws draws, long firstRow, double[] scores, double[] logRatios) {
    int[] found = pieces(values, firstRow);
    double[] logWeights = new double[partition.size()];
    for (int i = 0; i < logWeights.length; i++) {
      logWeights[i] = Math.log(partition.weight(i));
    }
    for (int row = 0; row < found.length; row++) {
      double z = partition.score(found[row], draws.uniform(firstRow + row));
      scores[row] = z;
      logRatios[row] = logWeights[found[row]] - StandardNormal.logDensity(z);
    }
  }

  // The piece of each value.
  private int[] pieces(Column values, long firstRow) {
    int[] found = new int[values.rows()];
    if (values.type() == ColumnType.TEXT) {
      List<String> dictionary = values.dictionary();
      int[] ofCode = new int[dictionary.size()];
      for (int code = 0; code < ofCode.length; code++) {
        ofCode[code] = pieces.getOrDefault(dictionary.get(code), -1);
      }
      for (int row = 0; row < found.length; row++) {
        int code = values.code(row);
        found[row] = known(values, row, firstRow, code < 0 ? -1 : ofCode[code]);
      }
      return found;
    }
    Map<Double, Integer> ofNumber = new HashMap<>();
    double last = Double.NaN;
    int lastPiece = -1;
    for (int row = 0; row < found.length; row++) {
      double x = values.number(row) + 0.0; // −0 is 0
      if (x != last) {
        String text = Double.isNaN(x) ? null : Column.text(values.type(), x);
        lastPiece =
            text == null ? -1 : ofNumber.computeIfAbsent(x, any -> pieces.getOrDefault(text, -1));
        last = x;
      }
      found[row] = known(values, row, firstRow, lastPiece);
    }
    return found;
  }

  private int known(Column values, int row, long firstRow, int piece) {
    if (piece >= 0) {
      return piece;
    }
    if (values.isMissing(row)) {
      if (!spec.missing()) {
        throw Faults.missing(spec, firstRow + row);
      }
      return weights.length - 1;
    }
    if (!spec.other()) {
      throw Faults.value(
          spec,
          firstRow + row,
          "'" + values.text(row) + "'",
          "is none of the categories " + shortened(spec.categories()),
          "correct it, or declare 'other: true' in the schema and fit again");
    }
    return spec.categories().size();
  }

  private static String shortened(List<String> categories) {
    return categories.size() <= 10
        ? String.join(", ", categories)
        : String.join(", ", categories.subList(0, 10)) + ", …";
  }

  @Override
  public Column decode(double[] scores) {
    List<String> texts = new ArrayList<>(spec.categories());
    if (spec.other()) {
      texts.add(ColumnSpec.OTHER);
    }
    int missing = spec.missing() ? weights.length - 1 : -1;
    int[] codes = new int[scores.length];
    for (int row = 0; row < codes.length; row++) {
      int piece = partition.piece(scores[row]);
      codes[row] = piece == missing ? -1 : piece;
    }
    if (spec.type() == ColumnType.TEXT) {
      return Column.coded(spec.name(), codes, texts);
    }
    double[] numbers = new double[texts.size()];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = CategoryNumbers.parse(spec, texts.get(i));
    }
    double[] values = new double[codes.length];
    for (int row = 0; row < values.length; row++) {
      values[row] = codes[row] < 0 ? Double.NaN : numbers[codes[row]];
    }
    return switch (spec.type()) {
      case INTEGER -> Column.integers(spec.name(), values);
      case BOOLEAN -> Column.booleans(spec.name(), values);
      case TIMESTAMP -> Column.timestamps(spec.name(), values);
      case NUMBER, TEXT -> Column.numbers(spec.name(), values);
    };
  }

  @Override
  public Interval interval(Column values, int row) {
    String text = values.category(row);
    int piece = text == null ? -1 : pieces.getOrDefault(text, -1);
    return partition.interval(known(values, row, 0, piece));
  }

  @Override
  public Optional<Interval> missingInterval() {
    return spec.missing() ? Optional.of(partition.interval(weights.length - 1)) : Optional.empty();
  }

  @Override
  public void writeTo(ObjectNode json) {
    json.put("form", "categorical");
    EncoderJson.put(json, "weights", weights);
  }
}
