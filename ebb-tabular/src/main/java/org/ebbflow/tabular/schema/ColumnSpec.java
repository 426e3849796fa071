package org.ebbflow.tabular.schema;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
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
 * @param spikes values with a probability of their own among continuous ones; copied in rising
 *     order
 * @param categories the values of a categorical column, or the one of a constant, as text; copied.
 *     None: those of the rows that are fitted to
 * @param other whether texts that are not listed are one more category, else they are errors
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

  /** Whole numbers of at most so many different values get a probability each. */
  public static final int FEW_VALUES = 100;

  private static final Set<ColumnKind> ORDERED =
      EnumSet.of(ColumnKind.CONTINUOUS, ColumnKind.INTEGER, ColumnKind.TIMESTAMP);
  private static final Set<ColumnKind> LISTED =
      EnumSet.of(ColumnKind.CATEGORICAL, ColumnKind.BOOLEAN, ColumnKind.CONSTANT);

  /**
   * @throws EbbException naming the field, its value and what is allowed
   */
  public ColumnSpec {
    if (name.isBlank()) {
      throw new EbbException("a column without a name", "name every column");
    }
    Set<ColumnKind> kinds = kinds(type);
    require(
        kinds.contains(kind),
        name,
        "kind",
        word(kind),
        "a column of type %s can be %s".formatted(word(type), words(kinds)));
    spikes = spikes.stream().map(v -> v + 0.0).distinct().sorted().toList();
    categories = List.copyOf(categories);
    boolean ordered = ORDERED.contains(kind);
    requireBound(lower, name, "lower", ordered);
    requireBound(upper, name, "upper", ordered);
    require(
        lower == null || upper == null || lower < upper,
        name,
        "lower",
        lower,
        "use a number below 'upper', which is " + upper);
    for (double spike : spikes) {
      boolean whole = kind != ColumnKind.INTEGER || Math.rint(spike) == spike;
      require(
          ordered
              && Double.isFinite(spike)
              && whole
              && (lower == null || spike >= lower)
              && (upper == null || spike <= upper),
          name,
          "spikes",
          spike,
          "use finite numbers within the bounds, whole ones for integers; only "
              + words(ORDERED)
              + " columns have spikes");
    }
    int most = kind == ColumnKind.CONSTANT ? 1 : kind == ColumnKind.BOOLEAN ? 2 : Integer.MAX_VALUE;
    require(
        categories.isEmpty() || (LISTED.contains(kind) && categories.size() <= most),
        name,
        "categories",
        shortened(categories),
        "list one value for a constant, two for a boolean, any number for a categorical column,"
            + " none for others");
    Set<String> seen = new HashSet<>();
    for (String category : categories) {
      require(seen.add(category), name, "categories", category, "list every category once");
      require(
          !other || !category.equals(OTHER),
          name,
          "categories",
          category,
          "leave it out: 'other: true' adds it");
    }
    require(
        !other || (kind == ColumnKind.CATEGORICAL && type == ColumnType.TEXT),
        name,
        "other",
        true,
        "use it for categorical columns of texts; read codes as texts to pool them");
    require(
        transform == MarginTransform.NORMAL
            || (kind == ColumnKind.CONTINUOUS
                && !missing
                && spikes.isEmpty()
                && lower == null
                && upper == null),
        name,
        "transform",
        word(transform),
        "use it for continuous columns without missing values, spikes and bounds, else normal");
  }

  /** Whether values have an order, so that means, quantiles and bounds make sense. */
  public boolean isOrdered() {
    return ORDERED.contains(kind);
  }

  /** Whether its values are listed: categories, truth values and constants. */
  boolean isListed() {
    return LISTED.contains(kind);
  }

  /** A column without bounds, spikes, categories or missing values. */
  public static ColumnSpec of(String name, ColumnType type, ColumnKind kind) {
    return new ColumnSpec(
        name, type, kind, null, null, List.of(), List.of(), false, false, MarginTransform.NORMAL);
  }

  /** The same with these bounds; null: nothing known. */
  public ColumnSpec withBounds(@Nullable Double least, @Nullable Double greatest) {
    return new ColumnSpec(
        name, type, kind, least, greatest, spikes, categories, other, missing, transform);
  }

  /** The same with these spikes. */
  public ColumnSpec withSpikes(List<Double> values) {
    return new ColumnSpec(
        name, type, kind, lower, upper, values, categories, other, missing, transform);
  }

  /** The same with these categories. */
  public ColumnSpec withCategories(List<String> values) {
    return new ColumnSpec(
        name, type, kind, lower, upper, spikes, values, other, missing, transform);
  }

  /** The same, with one more category for all that are not listed, or without. */
  public ColumnSpec withOther(boolean allowed) {
    return new ColumnSpec(
        name, type, kind, lower, upper, spikes, categories, allowed, missing, transform);
  }

  /** The same, with or without missing values. */
  public ColumnSpec withMissing(boolean allowed) {
    return new ColumnSpec(
        name, type, kind, lower, upper, spikes, categories, other, allowed, transform);
  }

  /** The same with another transform. */
  public ColumnSpec withTransform(MarginTransform chosen) {
    return new ColumnSpec(
        name, type, kind, lower, upper, spikes, categories, other, missing, chosen);
  }

  /** What a column of some type can be. */
  private static Set<ColumnKind> kinds(ColumnType type) {
    Set<ColumnKind> kinds =
        EnumSet.of(ColumnKind.CATEGORICAL, ColumnKind.KEY, ColumnKind.IGNORED, ColumnKind.CONSTANT);
    switch (type) {
      case NUMBER, INTEGER ->
          kinds.addAll(EnumSet.of(ColumnKind.CONTINUOUS, ColumnKind.INTEGER, ColumnKind.BOOLEAN));
      case TEXT, BOOLEAN -> kinds.add(ColumnKind.BOOLEAN);
      case TIMESTAMP -> kinds.add(ColumnKind.TIMESTAMP);
    }
    return kinds;
  }

  private static void requireBound(
      @Nullable Double bound, String column, String field, boolean ordered) {
    require(
        bound == null || (ordered && Double.isFinite(bound)),
        column,
        field,
        bound,
        "use a finite number; only " + words(ORDERED) + " columns have bounds");
  }

  private static void require(
      boolean holds, String column, String field, @Nullable Object value, String remedy) {
    if (!holds) {
      throw new EbbException(
          "column '%s': '%s' cannot be %s".formatted(column, field, value), remedy);
    }
  }

  static String word(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }

  static String words(Iterable<? extends Enum<?>> constants) {
    List<String> words = new ArrayList<>();
    constants.forEach(constant -> words.add(word(constant)));
    return String.join(", ", words);
  }

  static String words(Enum<?>[] constants) {
    return Arrays.stream(constants).map(ColumnSpec::word).collect(Collectors.joining(", "));
  }

  private static String shortened(List<String> texts) {
    return texts.size() <= 5 ? texts.toString() : texts.subList(0, 5) + "…";
  }
}
