package org.ebbflow.tabular.schema;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.ebbflow.EbbException;
import org.ebbflow.tabular.table.Column;
import org.ebbflow.tabular.table.ColumnType;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;

/** A schema as YAML: a draft to read and edit, or a few settings to lay over one. */
final class SchemaYaml {
  private static final ObjectMapper MAPPER = mapper();
  private static final Pattern PLAIN = Pattern.compile("[A-Za-z_][A-Za-z0-9_-]*");
  private static final Set<String> WORDS =
      Set.of("y", "n", "yes", "no", "on", "off", "true", "false", "null");
  private static final String HEADER =
      """
      # What the columns of the table are. Change what is wrong; what is left out stays as it is.
      #   kind        continuous, integer, boolean, categorical, timestamp: modelled;
      #               key: carried along; constant: checked; ignored: left out
      #   lower       no value is below, and no sample will be; upper likewise
      #   spikes      numbers with a probability of their own
      #   categories  the values of a categorical column; 'other: true' pools all that are not listed
      #   missing     whether values may be missing
      #   transform   normal, or standard: only subtract the mean and divide by the deviation
      """;

  private SchemaYaml() {}

  private static ObjectMapper mapper() {
    LoaderOptions options = new LoaderOptions();
    options.setCodePointLimit(256 << 20); // tables of thousands of columns
    return new ObjectMapper(
        YAMLFactory.builder()
            .loaderOptions(options)
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build());
  }

  /**
   * The settings of columns, by name.
   *
   * @param yaml may be empty
   * @throws EbbException if it is no YAML or has other sections
   */
  static Map<String, JsonNode> parse(String yaml) {
    JsonNode tree;
    try {
      tree = MAPPER.readTree(yaml);
    } catch (JsonProcessingException e) {
      throw new EbbException(
          "the schema is not YAML, line %d: %s"
              .formatted(
                  e.getLocation() == null ? 1 : e.getLocation().getLineNr(),
                  e.getOriginalMessage().lines().findFirst().orElse("")),
          "correct it",
          e);
    }
    if (tree.isMissingNode() || tree.isNull()) {
      return Map.of();
    }
    for (Map.Entry<String, JsonNode> entry : tree.properties()) {
      if (!entry.getKey().equals("columns")) {
        throw new EbbException(
            "the schema has no section '" + entry.getKey() + "'", "put columns below 'columns:'");
      }
    }
    JsonNode columns = tree.path("columns");
    if (!columns.isObject()) {
      throw new EbbException(
          "the schema has no section 'columns'", "put columns below 'columns:', indented");
    }
    return columns.properties().stream()
        .collect(
            Collectors.toMap(
                Map.Entry::getKey, Map.Entry::getValue, (a, b) -> b, java.util.LinkedHashMap::new));
  }

  static String write(List<ColumnSpec> columns, Map<String, ColumnSummary> summaries) {
    StringBuilder text = new StringBuilder(HEADER).append("columns:\n");
    for (ColumnSpec spec : columns) {
      text.append("  ").append(key(spec.name())).append(":\n");
      ColumnSummary seen = summaries.get(spec.name());
      if (seen != null) {
        text.append("    # ").append(comment(seen)).append('\n');
        if (!seen.note().isEmpty()) {
          text.append("    # ").append(oneLine(seen.note())).append('\n');
        }
      }
      ObjectNode tree = JsonNodeFactory.instance.objectNode();
      SpecTree.write(spec, tree);
      for (Map.Entry<String, JsonNode> entry : tree.properties()) {
        text.append("    ").append(entry.getKey()).append(": ");
        text.append(value(spec, entry.getKey(), entry.getValue())).append('\n');
      }
    }
    return text.toString();
  }

  private static String key(String name) {
    return PLAIN.matcher(name).matches() && !WORDS.contains(name.toLowerCase(java.util.Locale.ROOT))
        ? name
        : TextNode.valueOf(name).toString();
  }

  private static String value(ColumnSpec spec, String setting, JsonNode value) {
    if (value.isArray()) {
      return value
          .valueStream()
          .map(entry -> value(spec, setting, entry))
          .collect(Collectors.joining(", ", "[", "]"));
    }
    if (value.isNumber()) {
      double number = value.doubleValue();
      if (spec.type() == ColumnType.TIMESTAMP) {
        return "\"" + Column.text(ColumnType.TIMESTAMP, number) + "\"";
      }
      return Math.rint(number) == number && Math.abs(number) < 1e15
          ? Long.toString((long) number)
          : Double.toString(number);
    }
    return setting.equals("categories") || !value.isTextual()
        ? value.toString()
        : value.textValue();
  }

  private static String comment(ColumnSummary seen) {
    String missing =
        seen.missing() == 0
            ? "none missing"
            : "%d missing (%.2g %%)"
                .formatted(seen.missing(), 100.0 * seen.missing() / seen.rows());
    String range =
        seen.distinct() == 0
            ? ""
            : ", %s to %s".formatted(shortened(seen.least()), shortened(seen.greatest()));
    return oneLine(
        "%d rows, %s, %d distinct%s".formatted(seen.rows(), missing, seen.distinct(), range));
  }

  private static String shortened(String text) {
    return text.length() <= 40 ? text : text.substring(0, 40) + "…";
  }

  private static String oneLine(@Nullable String text) {
    return text == null ? "" : text.replaceAll("\\p{Cntrl}", " ");
  }
}
