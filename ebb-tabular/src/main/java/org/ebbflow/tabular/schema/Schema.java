package org.ebbflow.tabular.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.ebbflow.EbbException;
import org.ebbflow.data.DataException;
import org.ebbflow.tabular.table.Column;
import org.ebbflow.tabular.table.ColumnType;
import org.ebbflow.tabular.table.Table;
import org.ebbflow.tabular.table.TableFormat;
import org.jspecify.annotations.Nullable;

/** What the columns of a table are, in order. Never changes; safe for several threads. */
public final class Schema {
  private static final int NAMES_IN_MESSAGE = 20;

  private final Map<String, ColumnSpec> columns;
  private final Map<String, ColumnSummary> summaries;

  private Schema(Map<String, ColumnSpec> columns, Map<String, ColumnSummary> summaries) {
    this.columns = columns;
    this.summaries = summaries;
  }

  private static Schema of(Collection<ColumnSpec> specs, Map<String, ColumnSummary> summaries) {
    Map<String, ColumnSpec> named = new LinkedHashMap<>();
    for (ColumnSpec spec : specs) {
      if (named.put(spec.name(), spec) != null) {
        throw new EbbException(
            "two columns are named '" + spec.name() + "'", "give every column its own name");
      }
    }
    if (specs.stream().noneMatch(spec -> spec.kind().isModelled())) {
      throw new EbbException(
          "no column is modelled: all are keys, constant or ignored",
          "give one of them another kind");
    }
    return new Schema(named, summaries);
  }

  /**
   * A schema of some columns.
   *
   * @throws EbbException if two have one name, or none is modelled
   */
  public static Schema of(List<ColumnSpec> columns) {
    return of(columns, Map.of());
  }

  /**
   * What the columns of a table seem to be.
   *
   * @throws EbbException if a column has no values
   */
  public static Schema infer(Table table) {
    return infer(table, "");
  }

  /**
   * What the columns of a table seem to be, but for what is said about them.
   *
   * @param overrides YAML as {@link #toYaml} writes it, of any columns and any of their settings;
   *     may be empty
   * @throws EbbException if a column has no values and is not ignored, or a setting is not known
   */
  public static Schema infer(Table table, String overrides) {
    Map<String, JsonNode> trees = SchemaYaml.parse(overrides);
    requireKnown(trees.keySet(), table.names());
    Map<String, ColumnSummary> summaries = new LinkedHashMap<>();
    List<ColumnSpec> specs = new ArrayList<>();
    for (Column column : table.columns()) {
      ColumnInference inferred = ColumnInference.of(column);
      summaries.put(column.name(), inferred.summary());
      JsonNode tree = trees.get(column.name());
      ColumnSpec spec = inferred.spec();
      if (spec == null) {
        spec = unused(column, tree);
      }
      specs.add(tree == null ? spec : SpecTree.lay(spec, tree));
    }
    return of(specs, summaries);
  }

  private static ColumnSpec unused(Column column, @Nullable JsonNode tree) {
    ColumnKind kind = tree == null ? null : SpecTree.kind(column.name(), tree);
    if (kind != ColumnKind.IGNORED && kind != ColumnKind.KEY) {
      throw new DataException(
          "column '%s' has no value in any of %d rows".formatted(column.name(), column.rows()),
          "leave it out, or declare it 'kind: ignored' in the schema");
    }
    return ColumnSpec.of(column.name(), column.type(), kind).withMissing(true);
  }

  /**
   * The schema with some settings replaced.
   *
   * @param yaml as {@link #toYaml} writes it, of any columns and any of their settings
   * @throws EbbException naming an unknown column or setting and those that there are
   */
  public Schema override(String yaml) {
    Map<String, JsonNode> trees = SchemaYaml.parse(yaml);
    requireKnown(trees.keySet(), columns.keySet());
    List<ColumnSpec> specs = new ArrayList<>();
    for (ColumnSpec spec : columns.values()) {
      JsonNode tree = trees.get(spec.name());
      specs.add(tree == null ? spec : SpecTree.lay(spec, tree));
    }
    return of(specs, summaries);
  }

  /**
   * The same with categories, truth values and constants that it leaves open taken from rows. To be
   * told from all rows before some are held out, which may have what the others have not.
   *
   * @throws DataException if such a column has no values
   */
  public Schema closed(Table... rows) {
    return withColumns(
        columns().stream()
            .map(
                spec ->
                    spec.isListed() && spec.categories().isEmpty()
                        ? spec.withCategories(listed(spec, rows))
                        : spec)
            .toList());
  }

  private static List<String> listed(ColumnSpec spec, Table... rows) {
    SortedSet<String> seen = new TreeSet<>();
    for (Table part : rows) {
      seen.addAll(categories(part.column(spec.name())));
    }
    if (seen.isEmpty()) {
      throw new DataException(
          "column '" + spec.name() + "' has no values", "declare it 'kind: ignored'");
    }
    return List.copyOf(seen);
  }

  private static SortedSet<String> categories(Column values) {
    SortedSet<String> seen = new TreeSet<>();
    for (int row = 0; row < values.rows(); row++) {
      String text = values.category(row);
      if (text != null) {
        seen.add(text);
      }
    }
    return seen;
  }

  /**
   * The same such that another table fits too, for comparing: what it has of new categories, truth
   * values and constants are categories, and gaps may be everywhere.
   */
  public Schema openTo(Table other) {
    return withColumns(columns().stream().map(spec -> opened(spec, other)).toList());
  }

  private static ColumnSpec opened(ColumnSpec spec, Table other) {
    Optional<Column> found = other.find(spec.name());
    if (spec.kind() == ColumnKind.INTEGER
        && found.filter(column -> column.type() == ColumnType.NUMBER).isPresent()) {
      return ColumnSpec.of(spec.name(), ColumnType.NUMBER, ColumnKind.CONTINUOUS)
          .withBounds(spec.lower(), spec.upper())
          .withMissing(true);
    }
    if (found.isEmpty() || !spec.isListed()) {
      return spec.kind().isModelled() ? spec.withMissing(true) : spec;
    }
    Column values = Conversion.convert(found.get(), spec, 0);
    Set<String> all = new LinkedHashSet<>(spec.categories());
    all.addAll(categories(values));
    return spec.kind() == ColumnKind.CONSTANT && all.size() == 1 && values.missing() == 0
        ? spec
        : ColumnSpec.of(spec.name(), spec.type(), ColumnKind.CATEGORICAL)
            .withCategories(List.copyOf(all))
            .withMissing(true);
  }

  /** The rows that have no other categories and constants, and no other gaps, than are allowed. */
  public int[] known(Table table) {
    boolean[] strange = new boolean[table.rows()];
    for (ColumnSpec spec : columns()) {
      Optional<Column> found = table.find(spec.name());
      if (found.isPresent() && (spec.kind().isModelled() || spec.isListed())) {
        Column values = Conversion.convert(found.get(), spec, 0);
        Set<String> listed = Set.copyOf(spec.categories());
        for (int row = 0; row < strange.length; row++) {
          strange[row] |=
              values.isMissing(row)
                  ? !spec.missing()
                  : spec.isListed() && !spec.other() && !listed.contains(values.category(row));
        }
      }
    }
    return IntStream.range(0, strange.length).filter(row -> !strange[row]).toArray();
  }

  /** The same with other specifications, and what was seen of the columns. */
  public Schema withColumns(List<ColumnSpec> specs) {
    return of(specs, summaries);
  }

  /**
   * The schema that a YAML text gives in full.
   *
   * @throws EbbException naming what is wrong
   */
  public static Schema fromYaml(String yaml) {
    List<ColumnSpec> specs = new ArrayList<>();
    SchemaYaml.parse(yaml).forEach((name, tree) -> specs.add(SpecTree.read(name, tree)));
    return of(specs);
  }

  /** The schema for people to read and edit, with what was seen as comments. */
  public String toYaml() {
    return SchemaYaml.write(columns(), summaries);
  }

  /** All columns in order; unmodifiable. */
  public List<ColumnSpec> columns() {
    return List.copyOf(columns.values());
  }

  /** How files of such columns are read: texts as texts, whatever their few rows look like. */
  public TableFormat format() {
    return TableFormat.customary()
        .withTexts(
            columns.values().stream()
                .filter(spec -> spec.type() == ColumnType.TEXT && spec.kind() != ColumnKind.IGNORED)
                .map(ColumnSpec::name)
                .collect(Collectors.toSet()));
  }

  /** Those that become columns of normal scores, in order; unmodifiable. */
  public List<ColumnSpec> modelled() {
    return columns.values().stream().filter(spec -> spec.kind().isModelled()).toList();
  }

  /**
   * One column.
   *
   * @throws EbbException if there is none of that name
   */
  public ColumnSpec column(String name) {
    requireKnown(List.of(name), columns.keySet());
    ColumnSpec spec = columns.get(name);
    if (spec == null) {
      throw new IllegalStateException("a known column");
    }
    return spec;
  }

  /** What was seen of a column, if the schema was inferred. */
  public Optional<ColumnSummary> summary(String name) {
    return Optional.ofNullable(summaries.get(name));
  }

  /** {@link #check(Table, long)} of a whole table. */
  public Table check(Table table) {
    return check(table, 0);
  }

  /**
   * Checks a table that is to be scored and puts its columns in order.
   *
   * <p>Rows in messages count from 1.
   *
   * @param firstRow index of the table's first row in the whole that it is a piece of
   * @return the modelled and constant columns in the schema's order and types, and keys where the
   *     table has them; ignored columns are left out
   * @throws DataException naming missing or further columns, or the column, row and value that do
   *     not fit
   */
  public Table check(Table table, long firstRow) {
    List<String> absent =
        columns.values().stream()
            .filter(spec -> spec.kind().isModelled() || spec.kind() == ColumnKind.CONSTANT)
            .map(ColumnSpec::name)
            .filter(name -> table.find(name).isEmpty())
            .toList();
    if (!absent.isEmpty()) {
      throw new DataException(
          "the table lacks %s %s".formatted(nouns(absent), listed(absent)),
          "give every column that the model was fitted to; it has "
              + listed(List.copyOf(table.names())));
    }
    List<String> strangers =
        table.names().stream().filter(name -> !columns.containsKey(name)).toList();
    if (!strangers.isEmpty()) {
      throw new DataException(
          "the schema does not know %s %s".formatted(nouns(strangers), listed(strangers)),
          "leave out what the model was not fitted to");
    }
    List<Column> checked = new ArrayList<>();
    for (ColumnSpec spec : columns.values()) {
      Optional<Column> found = table.find(spec.name());
      if (found.isEmpty() || spec.kind() == ColumnKind.IGNORED) {
        continue;
      }
      if (spec.kind() == ColumnKind.KEY) {
        checked.add(found.get());
        continue;
      }
      Column column = Conversion.convert(found.get(), spec, firstRow);
      if (spec.kind() == ColumnKind.CONSTANT && !spec.categories().isEmpty()) {
        checkConstant(column, spec.categories().get(0), firstRow);
      }
      checked.add(column);
    }
    return Table.of(checked);
  }

  private static void checkConstant(Column column, String value, long firstRow) {
    for (int row = 0; row < column.rows(); row++) {
      if (!value.equals(column.category(row))) {
        throw new DataException(
            "column '%s', row %d: %s where every row that was fitted to has '%s'"
                .formatted(
                    column.name(),
                    firstRow + row + 1,
                    column.isMissing(row) ? "no value" : "'" + column.text(row) + "'",
                    value),
            "correct it, or declare the column 'kind: ignored' and fit again");
      }
    }
  }

  /** As a JSON tree. */
  public ObjectNode toJson() {
    ObjectNode tree = JsonNodeFactory.instance.objectNode();
    for (ColumnSpec spec : columns.values()) {
      ObjectNode entry = tree.withArray("columns").addObject();
      entry.put("name", spec.name());
      SpecTree.write(spec, entry);
    }
    return tree;
  }

  /**
   * What {@link #toJson} wrote.
   *
   * @throws EbbException naming what is wrong
   */
  public static Schema fromJson(JsonNode json) {
    List<ColumnSpec> specs = new ArrayList<>();
    for (JsonNode entry : json.path("columns")) {
      if (!(entry.deepCopy() instanceof ObjectNode tree) || !tree.path("name").isTextual()) {
        throw new EbbException("the schema has a column without a name", "restore the file");
      }
      specs.add(SpecTree.read(tree.remove("name").asText(), tree));
    }
    return of(specs);
  }

  private static void requireKnown(Collection<String> names, Collection<String> known) {
    for (String name : names) {
      if (!known.contains(name)) {
        throw new EbbException(
            "there is no column '" + name + "'", "use one of " + listed(List.copyOf(known)));
      }
    }
  }

  private static String nouns(List<String> names) {
    return names.size() == 1 ? "column" : "columns";
  }

  private static String listed(List<String> names) {
    return names.size() <= NAMES_IN_MESSAGE
        ? String.join(", ", names)
        : "%s and %d more"
            .formatted(
                String.join(", ", names.subList(0, NAMES_IN_MESSAGE)),
                names.size() - NAMES_IN_MESSAGE);
  }
}
