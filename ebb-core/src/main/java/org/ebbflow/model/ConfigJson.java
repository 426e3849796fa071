package org.ebbflow.model;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.ebbflow.EbbException;
import org.ebbflow.flow.ode.Quadrature;
import org.ebbflow.objective.ObjectiveSettings;
import org.ebbflow.tensor.DType;
import org.ebbflow.train.GrowthSettings;
import org.ebbflow.train.TrainSettings;

/**
 * Run configurations as JSON trees: the form in which defaults, a file and single settings are laid
 * over each other, and in which a model keeps them. Strict: what it does not know is an error.
 */
public final class ConfigJson {
  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .enable(MapperFeature.ACCEPT_CASE_INSENSITIVE_ENUMS)
          .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(SerializationFeature.INDENT_OUTPUT)
          .build();

  private ConfigJson() {}

  /** The configuration as a tree. */
  public static ObjectNode write(RunConfig config) {
    ObjectNode tree = MAPPER.valueToTree(config);
    ObjectNode model = MAPPER.createObjectNode();
    model.put("name", config.model().name());
    model.setAll((ObjectNode) MAPPER.valueToTree(config.model()));
    tree.set("model", model);
    return tree;
  }

  /**
   * The configuration that a tree describes, checked.
   *
   * @throws EbbException naming the field at fault
   */
  public static RunConfig read(ObjectNode tree) {
    requireValues(tree, "");
    ObjectNode rest = tree.deepCopy();
    if (!(rest.remove("model") instanceof ObjectNode model)) {
      throw new EbbException("the configuration has no section 'model'", "add one");
    }
    Architecture architecture = architecture(model.deepCopy());
    // What files from before flows of blocks lack.
    if (!rest.has("growth")) {
      rest.set("growth", MAPPER.valueToTree(GrowthSettings.published()));
    }
    if (rest.get("growth") instanceof ObjectNode growth && !growth.has("cache")) {
      growth.set("cache", MAPPER.valueToTree(GrowthSettings.Cache.AUTO));
    }
    completeOlder(rest);
    if (rest.get("objective") instanceof ObjectNode objective) {
      ObjectNode customary = MAPPER.valueToTree(ObjectiveSettings.of("ml"));
      for (String name : ObjectiveSettings.addedLater()) {
        if (!objective.has(name)) {
          objective.set(name, customary.get(name));
        }
      }
    }
    RunConfig config =
        new RunConfig(
            architecture,
            section(rest, "preprocessing", PreprocessingSettings.class),
            section(rest, "objective", ObjectiveSettings.class),
            section(rest, "training", TrainSettings.class),
            section(rest, "growth", GrowthSettings.class),
            section(rest, "validation", Double.class),
            section(rest, "seed", Long.class),
            section(rest, "dtype", DType.class),
            section(rest, "device", String.class),
            section(rest, "threads", Integer.class));
    if (!rest.isEmpty()) {
      String stranger = rest.fieldNames().next();
      throw new EbbException("the configuration has no setting '" + stranger + "'", "remove it");
    }
    return config;
  }

  /** What a whole configuration from before the setting means by leaving it out. */
  private static void completeOlder(ObjectNode tree) {
    if (tree.path("objective").path("ode") instanceof ObjectNode ode
        && ode.has("products")
        && !ode.has("quadrature")) {
      ode.set("quadrature", MAPPER.valueToTree(Quadrature.STAGES));
    }
  }

  private static Architecture architecture(ObjectNode model) {
    JsonNode name = model.remove("name");
    if (name == null || !name.isTextual()) {
      throw new EbbException("the section 'model' has no name", "add one");
    }
    return convert("model", model, Architectures.entry(name.textValue()).settings());
  }

  private static <T> T section(ObjectNode tree, String name, Class<T> type) {
    JsonNode node = tree.remove(name);
    if (node == null || node.isNull()) {
      throw new EbbException("the configuration has no '" + name + "'", "add it");
    }
    return convert(name, node, type);
  }

  private static <T> T convert(String where, JsonNode node, Class<T> type) {
    try {
      return MAPPER.treeToValue(node, type);
    } catch (UnrecognizedPropertyException e) {
      throw new EbbException(
          "'" + where + "' has no setting '" + e.getPropertyName() + "'",
          "use one of " + e.getKnownPropertyIds(),
          e);
    } catch (JsonProcessingException e) {
      for (Throwable cause = e; cause != null; cause = cause.getCause()) {
        if (cause instanceof EbbException own) {
          throw own;
        }
      }
      JsonNode at = node;
      StringBuilder name = new StringBuilder(where);
      if (e instanceof JsonMappingException mapping) {
        for (JsonMappingException.Reference step : mapping.getPath()) {
          boolean field = step.getFieldName() != null;
          name.append(field ? "." + step.getFieldName() : "[" + step.getIndex() + "]");
          at = field ? at.path(step.getFieldName()) : at.path(step.getIndex());
        }
      }
      throw new EbbException(
          "'%s' cannot be %s".formatted(name, at.isMissingNode() ? "left out" : at),
          expected(e),
          e);
    }
  }

  private static String expected(JsonProcessingException e) {
    if (e instanceof MismatchedInputException mismatch) {
      Class<?> type = mismatch.getTargetType();
      if (type != null && type.isEnum()) {
        return "use " + Arrays.toString(type.getEnumConstants()).replaceAll("[\\[\\]]", "");
      }
      if (type == int.class || type == long.class || type == Integer.class || type == Long.class) {
        return "give a whole number";
      }
      if (type == double.class || type == Double.class) {
        return "give a number";
      }
      if (type == boolean.class) {
        return "give true or false";
      }
    }
    return "compare it with the config.json of a model";
  }

  private static void requireValues(JsonNode node, String path) {
    for (Map.Entry<String, JsonNode> entry : node.properties()) {
      if (entry.getValue().isNull() || entry.getValue().isMissingNode()) {
        throw new EbbException(
            "'" + path + entry.getKey() + "' has no value", "give one or leave the setting out");
      }
      requireValues(entry.getValue(), path + entry.getKey() + ".");
    }
  }

  /**
   * Lays one tree over another in place: objects are merged, all else is replaced. A value's key
   * may be dotted, or its last part only, as in {@link #set}; one that the lower tree lacks is an
   * error.
   *
   * @param source names where {@code upper} is from in the error
   */
  public static void overlay(ObjectNode lower, ObjectNode upper, String source) {
    ObjectNode whole = upper.deepCopy();
    completeOlder(whole);
    overlay(lower, whole, source, "");
  }

  private static void overlay(ObjectNode lower, ObjectNode upper, String source, String path) {
    for (Map.Entry<String, JsonNode> entry : upper.properties()) {
      JsonNode below = lower.get(entry.getKey());
      if (below == null && entry.getValue() instanceof ObjectNode) {
        throw unknown(source, path + entry.getKey(), keys(lower, path));
      }
      if (below == null) {
        set(lower, entry.getKey(), entry.getValue(), source, path);
      } else if (below instanceof ObjectNode section
          && entry.getValue() instanceof ObjectNode values) {
        overlay(section, values, source, path + entry.getKey() + ".");
      } else if (below instanceof ObjectNode section) {
        throw new EbbException(
            source + ": '" + path + entry.getKey() + "' is a section, not a value",
            "put its settings below it, indented: " + String.join(", ", keys(section, "")));
      } else {
        lower.set(entry.getKey(), entry.getValue());
      }
    }
  }

  /**
   * Sets one value, its key dotted from the root ({@code training.optimizer.learningRate}) or just
   * the last part where that is unique ({@code learningRate}).
   *
   * @param value JSON, or else taken as text
   * @throws EbbException if no setting or several are called so
   */
  public static void set(ObjectNode tree, String key, String value) {
    set(tree, key, parse(value), "--set", "");
  }

  /**
   * @param source where the setting is from, for messages
   * @param below the dotted path of the tree in the whole, for messages
   */
  private static void set(
      ObjectNode tree, String key, JsonNode value, String source, String below) {
    List<String> paths = keys(tree, "");
    List<String> matches =
        paths.contains(key)
            ? List.of(key)
            : paths.stream().filter(path -> path.endsWith("." + key)).toList();
    if (matches.isEmpty()) {
      throw unknown(source, below + key, keys(tree, below));
    }
    if (matches.size() > 1) {
      throw new EbbException(
          source + " " + key + " could mean " + String.join(" or ", matches), "name it in full");
    }
    String path = matches.get(0);
    ObjectNode section = tree;
    while (path.contains(".")) {
      section = (ObjectNode) section.get(path.substring(0, path.indexOf('.')));
      path = path.substring(path.indexOf('.') + 1);
    }
    section.set(path, value);
  }

  /** Text of a tree, indented. */
  public static String text(JsonNode tree) {
    try {
      return MAPPER.writeValueAsString(tree);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a JSON tree that cannot be written", e);
    }
  }

  static JsonMapper mapper() {
    return MAPPER;
  }

  private static JsonNode parse(String value) {
    try {
      return MAPPER.readTree(value);
    } catch (JsonProcessingException e) {
      return MAPPER.getNodeFactory().textNode(value);
    }
  }

  private static EbbException unknown(String source, String key, List<String> known) {
    return new EbbException(
        source + " has no setting to match '" + key + "'",
        "use one of " + String.join(", ", known));
  }

  private static List<String> keys(ObjectNode tree, String prefix) {
    List<String> all = new ArrayList<>();
    for (Map.Entry<String, JsonNode> entry : tree.properties()) {
      if (entry.getValue() instanceof ObjectNode section) {
        all.addAll(keys(section, prefix + entry.getKey() + "."));
      } else {
        all.add(prefix + entry.getKey());
      }
    }
    return all;
  }
}
