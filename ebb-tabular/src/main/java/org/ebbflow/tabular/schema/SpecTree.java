package org.ebbflow.tabular.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import org.ebbflow.EbbException;
import org.ebbflow.tabular.table.ColumnType;
import org.jspecify.annotations.Nullable;

/**
 * One column's settings as a tree, of JSON or of YAML. Strict: what it does not know is an error.
 */
final class SpecTree {
  private static final List<String> SETTINGS =
      List.of(
          "type",
          "kind",
          "lower",
          "upper",
          "spikes",
          "categories",
          "other",
          "missing",
          "transform");

  private SpecTree() {}

  /** All settings that are not as they are when left out. */
  static void write(ColumnSpec spec, ObjectNode tree) {
    tree.put("type", ColumnSpec.word(spec.type()));
    tree.put("kind", ColumnSpec.word(spec.kind()));
    if (spec.lower() != null) {
      tree.put("lower", spec.lower());
    }
    if (spec.upper() != null) {
      tree.put("upper", spec.upper());
    }
    if (!spec.spikes().isEmpty()) {
      spec.spikes().forEach(tree.putArray("spikes")::add);
    }
    if (!spec.categories().isEmpty()) {
      spec.categories().forEach(tree.putArray("categories")::add);
    }
    if (spec.other()) {
      tree.put("other", true);
    }
    if (spec.missing()) {
      tree.put("missing", true);
    }
    if (spec.transform() != MarginTransform.NORMAL) {
      tree.put("transform", ColumnSpec.word(spec.transform()));
    }
  }

  /** A column of which the tree says everything that matters. */
  static ColumnSpec read(String name, JsonNode tree) {
    ColumnType type = constant(name, tree, "type", ColumnType.values());
    ColumnKind kind = constant(name, tree, "kind", ColumnKind.values());
    return lay(ColumnSpec.of(name, type, kind), tree);
  }

  /** Which kind a tree asks for, if it does. */
  static @Nullable ColumnKind kind(String name, JsonNode tree) {
    return tree.has("kind") ? constant(name, tree, "kind", ColumnKind.values()) : null;
  }

  /**
   * A column with the settings of a tree in place of its own. Another kind takes nothing over from
   * the old one but whether values may be missing.
   */
  static ColumnSpec lay(ColumnSpec below, JsonNode tree) {
    String name = below.name();
    if (!tree.isObject()) {
      throw new EbbException(
          "column '%s' has %s for its settings".formatted(name, tree),
          "put some below its name, indented: " + String.join(", ", SETTINGS));
    }
    for (Map.Entry<String, JsonNode> entry : tree.properties()) {
      if (!SETTINGS.contains(entry.getKey())) {
        throw new EbbException(
            "column '%s' has no setting '%s'".formatted(name, entry.getKey()),
            "use one of " + String.join(", ", SETTINGS));
      }
    }
    if (tree.has("type") && constant(name, tree, "type", ColumnType.values()) != below.type()) {
      throw new EbbException(
          "column '%s' is read as %s, not as %s"
              .formatted(name, ColumnSpec.word(below.type()), tree.get("type").asText()),
          "convert it in a query, or leave its type out");
    }
    ColumnKind asked = kind(name, tree);
    ColumnSpec base =
        asked == null || asked == below.kind()
            ? below
            : ColumnSpec.of(name, below.type(), asked)
                .withMissing(below.missing() && asked != ColumnKind.CONSTANT);
    return new ColumnSpec(
        name,
        base.type(),
        base.kind(),
        value(tree, "lower", base.lower(), node -> bound(base, "lower", node)),
        value(tree, "upper", base.upper(), node -> bound(base, "upper", node)),
        orElse(
            value(
                tree,
                "spikes",
                base.spikes(),
                node -> list(base, "spikes", node, n -> bound(base, "spikes", n))),
            List.of()),
        orElse(
            value(
                tree,
                "categories",
                base.categories(),
                node -> list(base, "categories", node, JsonNode::asText)),
            List.of()),
        orElse(value(tree, "other", base.other(), node -> truth(name, "other", node)), false),
        orElse(value(tree, "missing", base.missing(), node -> truth(name, "missing", node)), false),
        tree.has("transform")
            ? constant(name, tree, "transform", MarginTransform.values())
            : base.transform());
  }

  private static <T> T orElse(@Nullable T value, T absent) {
    return value == null ? absent : value;
  }

  // An empty setting takes what was there away.
  private static <T> @Nullable T value(
      JsonNode tree, String field, @Nullable T below, Function<JsonNode, @Nullable T> read) {
    JsonNode node = tree.get(field);
    return node == null ? below : node.isNull() ? null : read.apply(node);
  }

  private static Double bound(ColumnSpec spec, String field, JsonNode node) {
    if (node.isNumber()) {
      return node.doubleValue();
    }
    if (spec.type() == ColumnType.TIMESTAMP && node.isTextual()) {
      Double seconds = IsoTime.seconds(node.textValue());
      if (seconds != null) {
        return seconds;
      }
    }
    throw wrong(
        spec.name(),
        field,
        node,
        spec.type() == ColumnType.TIMESTAMP
            ? "give a time such as 2020-01-31T00:00:00Z"
            : "give a number");
  }

  private static <T> List<T> list(
      ColumnSpec spec, String field, JsonNode node, Function<JsonNode, T> read) {
    if (!node.isArray()) {
      throw wrong(spec.name(), field, node, "give a list in brackets");
    }
    List<T> values = new ArrayList<>();
    for (JsonNode entry : node) {
      if (entry.isContainerNode() || entry.isNull()) {
        throw wrong(spec.name(), field, entry, "give a list of single values");
      }
      values.add(read.apply(entry));
    }
    return values;
  }

  private static Boolean truth(String column, String field, JsonNode node) {
    if (!node.isBoolean()) {
      throw wrong(column, field, node, "give true or false");
    }
    return node.booleanValue();
  }

  private static <E extends Enum<E>> E constant(
      String column, JsonNode tree, String field, E[] constants) {
    JsonNode node = tree.path(field);
    String text = node.asText().toUpperCase(Locale.ROOT);
    return Arrays.stream(constants)
        .filter(constant -> constant.name().equals(text))
        .findFirst()
        .orElseThrow(() -> wrong(column, field, node, "use one of " + ColumnSpec.words(constants)));
  }

  private static EbbException wrong(String column, String field, JsonNode node, String remedy) {
    return new EbbException(
        node.isMissingNode()
            ? "column '%s' has no '%s'".formatted(column, field)
            : "column '%s': '%s' cannot be %s".formatted(column, field, node),
        remedy);
  }
}
