package org.ebbflow.tabular.schema;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.ebbflow.tabular.table.Column;
import org.ebbflow.tabular.table.ColumnType;

/**
 * What a column seems to be, and what was seen of it.
 *
 * @param spec null where no value was seen
 */
record ColumnInference(@org.jspecify.annotations.Nullable ColumnSpec spec, ColumnSummary summary) {
  private static final int FEW_CATEGORIES = 50;
  private static final int ROWS_PER_CATEGORY = 5;
  private static final int ROWS_PER_CATEGORY_OF_MANY = 20;
  private static final double SPIKE_SHARE = 0.05;
  private static final int SPIKE_ROWS = 10;
  private static final int ROWS_TO_BELIEVE_IN_WHOLE_NUMBERS = 100;

  private static final Pattern NUMBER = Pattern.compile("[-+]?[0-9.]+([eE][-+]?[0-9]+)?");

  static ColumnInference of(Column column) {
    return column.type() == ColumnType.TEXT ? ofTexts(column) : ofNumbers(column);
  }

  private static ColumnInference ofTexts(Column column) {
    List<String> dictionary = column.dictionary();
    int[] counts = new int[dictionary.size()];
    int present = 0;
    for (int row = 0; row < column.rows(); row++) {
      int code = column.code(row);
      if (code >= 0) {
        counts[code]++;
        present++;
      }
    }
    int[] seen = IntStream.range(0, counts.length).filter(code -> counts[code] > 0).toArray();
    int distinct = seen.length;
    int missing = column.rows() - present;
    String least = "";
    String greatest = "";
    for (int code : seen) {
      String text = dictionary.get(code);
      least = least.isEmpty() || text.compareTo(least) < 0 ? text : least;
      greatest = text.compareTo(greatest) > 0 ? text : greatest;
    }
    ColumnKind kind;
    String note = "";
    if (distinct == 1 && missing == 0) {
      kind = ColumnKind.CONSTANT;
    } else if (distinct <= FEW_CATEGORIES && distinct <= Math.max(2, present / ROWS_PER_CATEGORY)) {
      kind = ColumnKind.CATEGORICAL;
    } else if (distinct <= present / ROWS_PER_CATEGORY_OF_MANY) {
      kind = ColumnKind.CATEGORICAL;
      note = "many categories: list the ones that matter and add 'other: true' to pool the rest";
    } else {
      kind = ColumnKind.KEY;
      note =
          "nearly every row has a text of its own: carried along, not modelled" + odd(dictionary);
    }
    ColumnSummary summary =
        new ColumnSummary(column.rows(), missing, distinct, least, greatest, note);
    if (distinct == 0) {
      return new ColumnInference(null, summary);
    }
    ColumnSpec spec = ColumnSpec.of(column.name(), column.type(), kind).withMissing(missing > 0);
    if (kind == ColumnKind.KEY) {
      return new ColumnInference(spec, summary);
    }
    List<String> categories =
        Arrays.stream(seen)
            .boxed()
            .sorted(
                Comparator.<Integer>comparingInt(code -> -counts[code])
                    .thenComparing(dictionary::get))
            .map(dictionary::get)
            .toList();
    return new ColumnInference(spec.withCategories(categories), summary);
  }

  // Numbers that a few texts keep from being read as such.
  private static String odd(List<String> dictionary) {
    List<String> texts = new ArrayList<>();
    for (String text : dictionary) {
      if (!NUMBER.matcher(text).matches()) {
        texts.add(text);
      }
    }
    return texts.isEmpty() || texts.size() > dictionary.size() / 20
        ? ""
        : ". All are numbers but '" + texts.get(0) + "' and the like";
  }

  private static ColumnInference ofNumbers(Column column) {
    double[] values = column.numbers();
    int present = 0;
    for (double value : values) {
      if (!Double.isNaN(value)) {
        values[present++] = value + 0.0; // −0 is 0
      }
    }
    double[] sorted = Arrays.copyOf(values, present);
    Arrays.sort(sorted);
    int distinct = 0;
    boolean whole = true;
    List<Double> spikes = new ArrayList<>();
    List<String> few = new ArrayList<>();
    for (int from = 0, to; from < present; from = to) {
      double value = sorted[from];
      to = from + 1;
      while (to < present && sorted[to] == value) {
        to++;
      }
      distinct++;
      whole &= Math.rint(value) == value && Math.abs(value) <= 0x1p53;
      if (to - from >= Math.max(SPIKE_SHARE * present, SPIKE_ROWS) && Double.isFinite(value)) {
        spikes.add(value);
      }
      if (few.size() < 3) {
        few.add(Column.text(column.type(), value));
      }
    }
    int missing = column.rows() - present;
    boolean unit = distinct == 2 && sorted[0] == 0 && sorted[present - 1] == 1;
    ColumnKind kind = kind(column.type(), distinct, missing, unit, whole, present);
    String note = "";
    boolean consecutive =
        kind == ColumnKind.INTEGER
            && present >= SPIKE_ROWS
            && distinct == column.rows()
            && sorted[present - 1] - sorted[0] == present - 1;
    if (consecutive) {
      kind = ColumnKind.KEY;
      note = "numbers the rows: carried along, not modelled";
    } else if (kind == ColumnKind.INTEGER && column.type() == ColumnType.NUMBER) {
      note = "all numbers are whole; 'kind: continuous' takes others too";
    }
    ColumnSummary summary =
        new ColumnSummary(
            column.rows(),
            missing,
            distinct,
            present == 0 ? "" : Column.text(column.type(), sorted[0]),
            present == 0 ? "" : Column.text(column.type(), sorted[present - 1]),
            note);
    if (distinct == 0) {
      return new ColumnInference(null, summary);
    }
    ColumnSpec spec = ColumnSpec.of(column.name(), column.type(), kind).withMissing(missing > 0);
    spec =
        switch (kind) {
          case CONSTANT, BOOLEAN, CATEGORICAL -> spec.withCategories(few);
          case CONTINUOUS, TIMESTAMP -> spec.withSpikes(spikes);
          case INTEGER -> distinct > ColumnSpec.FEW_VALUES ? spec.withSpikes(spikes) : spec;
          default -> spec;
        };
    return new ColumnInference(spec, summary);
  }

  private static ColumnKind kind(
      ColumnType type, int distinct, int missing, boolean unit, boolean whole, int present) {
    if (distinct == 1) {
      return missing == 0 ? ColumnKind.CONSTANT : ColumnKind.CATEGORICAL;
    }
    return switch (type) {
      case BOOLEAN -> ColumnKind.BOOLEAN;
      case TIMESTAMP -> ColumnKind.TIMESTAMP;
      case INTEGER -> unit ? ColumnKind.BOOLEAN : ColumnKind.INTEGER;
      default ->
          whole && present >= ROWS_TO_BELIEVE_IN_WHOLE_NUMBERS
              ? unit ? ColumnKind.BOOLEAN : ColumnKind.INTEGER
              : ColumnKind.CONTINUOUS;
    };
  }
}
