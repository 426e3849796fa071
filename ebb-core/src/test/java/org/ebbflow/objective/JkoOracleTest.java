package org.ebbflow.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;
import org.ebbflow.flow.Flow;
import org.ebbflow.flow.Products;
import org.ebbflow.flow.StandardNormal;
import org.ebbflow.flow.network.Dense;
import org.ebbflow.flow.network.Network;
import org.ebbflow.flow.network.Sequential;
import org.ebbflow.flow.network.Softplus;
import org.ebbflow.flow.ode.Divergence;
import org.ebbflow.flow.ode.Integration;
import org.ebbflow.flow.ode.Layout;
import org.ebbflow.flow.ode.NetworkField;
import org.ebbflow.flow.ode.OdeBlock;
import org.ebbflow.flow.ode.Quadrature;
import org.ebbflow.flow.ode.RungeKutta;
import org.ebbflow.io.SafeTensors;
import org.ebbflow.io.StoredTensor;
import org.ebbflow.tensor.Autograd;
import org.ebbflow.tensor.DType;
import org.ebbflow.tensor.Engine;
import org.ebbflow.tensor.Ops;
import org.ebbflow.tensor.Rng;
import org.ebbflow.tensor.Scope;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * One JKO block against numbers that the published implementation computed: parts of the loss,
 * gradients, pushed rows and the way back, exact divergence. Another folder of such files can be
 * named with {@code -Debb.oracles=FOLDER}.
 */
class JkoOracleTest {
  private static final double VALUE = 1e-5;
  private static final double GRADIENT = 1e-4;

  static Stream<Path> files() throws IOException {
    String folder = System.getProperty("ebb.oracles", "src/test/resources/oracles");
    try (Stream<Path> all = Files.list(Path.of(folder))) {
      List<Path> found =
          all.filter(f -> f.getFileName().toString().matches("jko_block_.*\\.safetensors"))
              .sorted()
              .toList();
      assertThat(found).as("oracles in %s", folder).isNotEmpty();
      return found.stream();
    }
  }

  /** A file and the block that it describes. */
  private static final class Case {
    final SafeTensors file;
    final Engine engine;
    final int dimension;
    final int substeps;
    final double h;
    final double sigma;
    final OdeBlock block;
    final Flow flow;
    final Map<String, Tensor> parameters = new LinkedHashMap<>();

    Case(Path path, DType dtype) {
      file = SafeTensors.read(path);
      engine = Engine.cpu(dtype);
      dimension = Integer.parseInt(setting("d"));
      substeps = Integer.parseInt(setting("substeps"));
      h = Double.parseDouble(setting("delta"));
      sigma = Double.parseDouble(setting("sigma0"));
      assertThat(setting("integrator")).startsWith("rk4 3/8");
      double beta = Double.parseDouble(setting("activation").replaceAll("[^0-9.]", ""));
      List<Network> layers = new ArrayList<>();
      int count = setting("hidden").split("-").length + 1;
      for (int i = 0; i < count; i++) {
        String name = "odefunc.model.layers." + 2 * i + ".";
        Dense dense = new Dense(engine, parameter(name + "weight"), parameter(name + "bias"));
        dense.parameters().forEach((part, tensor) -> parameters.put(name + part, tensor));
        layers.add(dense);
        if (i + 1 < count) {
          layers.add(new Softplus(beta));
        }
      }
      NetworkField field =
          new NetworkField(new Sequential(layers), new Layout.Rows(0), false, "oracle");
      block =
          new OdeBlock(
              field, 0, 1, Integration.fixed(RungeKutta.RK38, substeps), new Divergence.Exact());
      flow = new Flow(engine, dimension, List.of(block), new StandardNormal());
    }

    String setting(String name) {
      return file.metadata().get(name);
    }

    Tensor parameter(String name) {
      return tensor("param." + name);
    }

    Tensor tensor(String name) {
      StoredTensor stored = file.tensors().get(name);
      return engine.tensor(stored.doubles(), stored.shape());
    }

    JkoStep objective(String divergence, boolean checkpointed, boolean byHand) {
      return new JkoStep(
          h,
          new OdeNumerics(
              RungeKutta.RK38,
              substeps,
              divergence,
              sigma,
              checkpointed,
              byHand,
              Products.FULL,
              Quadrature.STAGES));
    }

    JkoStep objective() {
      return objective("finite-difference", false, false);
    }

    List<Tensor> directions() {
      Tensor all = tensor("e");
      List<Tensor> directions = new ArrayList<>();
      for (int i = 0; i < substeps; i++) {
        directions.add(all.select(0, i));
      }
      return directions;
    }

    void assertClose(String name, Tensor actual, double tolerance) {
      double[] expected = file.tensors().get(name).doubles();
      double[] found = Engine.doubles(actual);
      double size = Arrays.stream(expected).map(Math::abs).max().orElse(1);
      assertThat(found).as(name).containsExactly(expected, within(tolerance * size));
    }
  }

  @ParameterizedTest
  @MethodSource("files")
  void parts_of_the_loss_and_its_gradients(Path path) {
    for (DType dtype : DType.values()) {
      try (Scope scope = Scope.open()) {
        Case c = new Case(path, dtype);
        JkoStep.Terms terms = c.objective().terms(c.flow, c.tensor("x"), null, c.directions());
        double constant = 0.5 * c.dimension * Math.log(2 * Math.PI);
        Tensor potential = Ops.add(terms.potential(), -constant);
        // Dividing a difference of single-precision numbers by δ costs three digits of them.
        double divergence = dtype == DType.FLOAT64 ? 1e-4 : 1e-3;
        c.assertClose("loss.V", potential.mean(), VALUE);
        c.assertClose("loss.div", terms.divergence().mean(), divergence);
        c.assertClose("loss.W2", terms.movement().mean(), VALUE);
        c.assertClose(
            "loss", potential.add(terms.divergence()).add(terms.movement()).mean(), divergence);
        c.assertClose("x_pushed", terms.end(), VALUE);
        List<Tensor> gradients =
            Autograd.gradients(terms.total().mean(), c.parameters.values(), false);
        int i = 0;
        for (String name : c.parameters.keySet()) {
          c.assertClose("grad." + name, gradients.get(i++), 10 * GRADIENT);
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("files")
  void exact_divergence_and_the_way_back(Path path) {
    for (DType dtype : DType.values()) {
      try (Scope scope = Scope.open();
          Autograd.Mode off = Autograd.off()) {
        Case c = new Case(path, dtype);
        OdeBlock.Motion motion =
            c.block.move(
                c.tensor("x"),
                null,
                Integration.fixed(RungeKutta.RK38, c.substeps),
                new Divergence.Exact(),
                List.of());
        c.assertClose("neg_int_div_exact", motion.divergence().neg(), VALUE);
        c.assertClose("x_pushed", c.flow.forward(c.tensor("x")), VALUE);
        c.assertClose("x_back_rk4", c.flow.inverse(c.tensor("x_pushed")), VALUE);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("files")
  void checkpointed_steps_and_transposes_by_hand_give_the_same_losses_and_gradients(Path path) {
    try (Scope scope = Scope.open()) {
      Case c = new Case(path, DType.FLOAT64);
      for (String divergence : List.of("finite-difference", "hutchinson")) {
        Result expected = result(c, c.objective(divergence, false, false));
        for (boolean checkpointed : new boolean[] {true, false}) {
          Result found = result(c, c.objective(divergence, checkpointed, true));
          assertThat(found.losses()).containsExactly(expected.losses(), within(1e-10));
          for (int i = 0; i < c.parameters.size(); i++) {
            assertThat(found.gradients().get(i))
                .containsExactly(expected.gradients().get(i), within(1e-10));
          }
        }
      }
    }
  }

  private record Result(double[] losses, List<double[]> gradients) {}

  private static Result result(Case c, JkoStep objective) {
    try (Rng rng = c.engine.rng(1)) {
      Tensor losses = objective.losses(c.flow, c.tensor("x"), null, rng);
      List<Tensor> gradients = Autograd.gradients(losses.mean(), c.parameters.values(), false);
      return new Result(Engine.doubles(losses), gradients.stream().map(Engine::doubles).toList());
    }
  }
}
