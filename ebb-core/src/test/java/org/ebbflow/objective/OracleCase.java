package org.ebbflow.objective;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bytedeco.pytorch.Tensor;
import org.ebbflow.data.Dataset;
import org.ebbflow.flow.Flow;
import org.ebbflow.flow.linear.FullyConnected;
import org.ebbflow.io.SafeTensors;
import org.ebbflow.io.StoredTensor;
import org.ebbflow.model.Architecture;
import org.ebbflow.model.DataShape;
import org.ebbflow.model.EbFlowCnn;
import org.ebbflow.model.EbFlowFc;
import org.ebbflow.model.Glow;
import org.ebbflow.tensor.DType;
import org.ebbflow.tensor.Engine;
import org.ebbflow.tensor.InPlace;
import org.ebbflow.tensor.Ops;

/** One file of published numbers, and the model that its settings and parameters describe. */
final class OracleCase {
  private static final Pattern LAYER = Pattern.compile("(\\d+)\\.(.*)");
  private static final Pattern IN_REST = Pattern.compile("rest\\.(\\d+)\\.(.*)");

  final Engine engine;
  final SafeTensors file;
  final int batch;
  final int dimension;
  final Flow flow;
  private final String kind;

  OracleCase(Path path, DType dtype) {
    engine = Engine.cpu(dtype);
    file = SafeTensors.read(path);
    StoredTensor x = file.tensors().get("x");
    batch = Math.toIntExact(x.shape()[0]);
    dimension = Math.toIntExact(x.elements() / batch);
    kind = path.getFileName().toString().replaceAll("^((ebflow_)?[a-z]+)_.*", "$1");
    flow = architecture().build(engine, shape());
    flow.parameters()
        .forEach(
            (name, parameter) ->
                InPlace.assign(
                    parameter, tensor("param." + publishedName(name)).reshape(parameter.shape())));
  }

  private DataShape shape() {
    Dataset.ImageShape image = null;
    if (!kind.equals("ebflow_fc")) {
      int[] sizes =
          Pattern.compile("\\D+")
              .splitAsStream(setting("shape").replaceAll("^\\D+", ""))
              .mapToInt(Integer::parseInt)
              .toArray();
      image = new Dataset.ImageShape(sizes[0], sizes[1], sizes[2]);
    }
    return new DataShape(dimension, true, image, List.of());
  }

  private Architecture architecture() {
    boolean residual = "1".equals(file.metadata().getOrDefault("residual", "0"));
    return switch (kind) {
      case "ebflow_fc" ->
          new EbFlowFc(
              whole("layers"), number("alpha"), residual, FullyConnected.Structure.FULL, false);
      case "ebflow_cnn" ->
          new EbFlowCnn(
              whole("blocks"),
              whole("layers") / whole("blocks"),
              whole("kernel"),
              number("alpha"),
              residual,
              false,
              false);
      case "glow" -> new Glow(whole("blocks"), whole("block_size"), whole("width"), splitWidth());
      default -> throw new AssertionError("no model for the oracle of kind " + kind);
    };
  }

  private int splitWidth() {
    return file.tensors().entrySet().stream()
        .filter(e -> e.getKey().matches("param\\.\\d+\\.transform\\.net\\.0\\.bias"))
        .mapToInt(e -> Math.toIntExact(e.getValue().elements()))
        .findFirst()
        .orElseThrow();
  }

  /** The file's name for one of our parameters, without "param." or "grad.OBJECTIVE.". */
  String publishedName(String ours) {
    Matcher layer = LAYER.matcher(ours);
    assertThat(layer.matches()).isTrue();
    int position = Integer.parseInt(layer.group(1));
    String name = layer.group(2);
    if (kind.equals("ebflow_fc")) {
      return position + ".model." + name;
    }
    position--; // ours begin with a reshape
    Matcher deeper = IN_REST.matcher(name);
    if (deeper.matches()) {
      position += 1 + Integer.parseInt(deeper.group(1));
      name = deeper.group(2);
    }
    return position + "." + inLayer(name);
  }

  /** What the files count with the energy and we with log Z: ActNorm's constant −P·Σ logScale. */
  double actNormLogDet() {
    double total = 0;
    for (Map.Entry<String, Tensor> parameter : flow.parameters().entrySet()) {
      if (parameter.getKey().endsWith("logScale")) {
        int splits = parameter.getKey().split("rest", -1).length - 1;
        long numbers = dimension >> splits; // in the images of this scale
        total -= numbers / parameter.getValue().size(0) * Ops.item(parameter.getValue().sum());
      }
    }
    return total;
  }

  private static String inLayer(String name) {
    return switch (name) {
      case "shift" -> "translation";
      case "logScale" -> "log_scale";
      case "weight", "bias" -> "model." + name;
      default ->
          name.startsWith("coupling.")
              ? "transform.net." + name.substring("coupling.".length())
              : "net." + name;
    };
  }

  private String setting(String name) {
    return file.metadata().get(name);
  }

  private int whole(String name) {
    return Integer.parseInt(setting(name));
  }

  double number(String name) {
    return Double.parseDouble(setting(name));
  }

  double number(String name, double otherwise) {
    return file.metadata().containsKey(name) ? number(name) : otherwise;
  }

  boolean has(String tensor) {
    return file.tensors().containsKey(tensor);
  }

  Tensor tensor(String name) {
    StoredTensor stored = file.tensors().get(name);
    assertThat(stored).as(name).isNotNull();
    return engine.tensor(stored.doubles(), stored.shape());
  }

  Tensor rows(String name) {
    return tensor(name).reshape(batch, dimension);
  }

  double[] expected(String name) {
    return file.tensors().get(name).doubles();
  }
}
