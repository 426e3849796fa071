package org.ebbflow.tabular.encode;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.ebbflow.EbbException;
import org.ebbflow.tabular.schema.ColumnSpec;

/** Encoders as JSON trees; doubles are written so that they read back to the bit. */
final class EncoderJson {
  private EncoderJson() {}

  /**
   * An encoder from what {@link ColumnEncoder#writeTo} wrote.
   *
   * @throws EbbException naming the column and field that is missing or wrong
   */
  static ColumnEncoder read(ColumnSpec spec, JsonNode json) {
    String form = json.path("form").asText();
    return switch (form) {
      case "ordered" -> {
        double[] atoms = numbers(spec, json, "atoms", 0);
        yield new OrderedEncoder(
            spec,
            new NumberMargin(
                number(spec, json, "step"),
                finiteOr(spec, json, "lower", Double.NEGATIVE_INFINITY),
                finiteOr(spec, json, "upper", Double.POSITIVE_INFINITY),
                atoms,
                curve(spec, json.path("curve")),
                numbers(spec, json, "weights", atoms.length + 2, atoms.length + 2)));
      }
      case "categorical" -> {
        int size = spec.categories().size() + (spec.other() ? 1 : 0) + (spec.missing() ? 1 : 0);
        yield new CategoricalEncoder(spec, numbers(spec, json, "weights", size, size));
      }
      case "standard" ->
          new StandardEncoder(spec, number(spec, json, "mean"), number(spec, json, "deviation"));
      default -> throw damaged(spec, "form");
    };
  }

  static void write(ObjectNode json, ScoreCurve curve) {
    put(json, "knots", curve.knots());
    put(json, "scores", curve.scores());
    put(json, "slopes", curve.slopes());
    write(json.putObject("lowerTail"), curve.lowerTail());
    write(json.putObject("upperTail"), curve.upperTail());
  }

  private static void write(ObjectNode json, Tail tail) {
    json.put("shape", tail.shape());
    json.put("scale", tail.scale());
    putFinite(json, "length", tail.length());
  }

  static void put(ObjectNode json, String name, double[] values) {
    ArrayNode array = json.putArray(name);
    for (double value : values) {
      array.add(value);
    }
  }

  /** Leaves out an infinite number: JSON has none. */
  static void putFinite(ObjectNode json, String name, double value) {
    if (!Double.isInfinite(value)) {
      json.put(name, value);
    }
  }

  private static ScoreCurve curve(ColumnSpec spec, JsonNode json) {
    double[] knots = rising(spec, json, "knots", 2, Integer.MAX_VALUE);
    double[] scores = rising(spec, json, "scores", knots.length, knots.length);
    double[] slopes = numbers(spec, json, "slopes", knots.length, knots.length);
    for (double slope : slopes) {
      if (!(slope > 0)) {
        throw damaged(spec, "slopes");
      }
    }
    return new ScoreCurve(
        knots,
        scores,
        slopes,
        tail(spec, json.path("lowerTail")),
        tail(spec, json.path("upperTail")));
  }

  private static Tail tail(ColumnSpec spec, JsonNode json) {
    return new Tail(
        number(spec, json, "shape"),
        number(spec, json, "scale"),
        finiteOr(spec, json, "length", Double.POSITIVE_INFINITY));
  }

  private static double[] rising(ColumnSpec spec, JsonNode json, String name, int least, int most) {
    double[] values = numbers(spec, json, name, least, most);
    for (int i = 1; i < values.length; i++) {
      if (!(values[i - 1] < values[i])) {
        throw damaged(spec, name);
      }
    }
    return values;
  }

  private static double[] numbers(ColumnSpec spec, JsonNode json, String name, int least) {
    return numbers(spec, json, name, least, Integer.MAX_VALUE);
  }

  private static double[] numbers(
      ColumnSpec spec, JsonNode json, String name, int least, int most) {
    JsonNode array = json.path(name);
    if (!array.isArray() || array.size() < least || array.size() > most) {
      throw damaged(spec, name);
    }
    double[] values = new double[array.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = number(spec, array.get(i), name);
    }
    return values;
  }

  private static double number(ColumnSpec spec, JsonNode json, String name) {
    JsonNode node = json.isObject() ? json.path(name) : json;
    if (!node.isNumber() || !Double.isFinite(node.doubleValue())) {
      throw damaged(spec, name);
    }
    return node.doubleValue();
  }

  private static double finiteOr(ColumnSpec spec, JsonNode json, String name, double absent) {
    return json.has(name) ? number(spec, json, name) : absent;
  }

  private static EbbException damaged(ColumnSpec spec, String field) {
    return new EbbException(
        "table.json: the encoder of column '%s' has no valid '%s'".formatted(spec.name(), field),
        "restore the file");
  }
}
