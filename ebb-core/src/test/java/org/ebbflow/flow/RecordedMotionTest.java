package org.ebbflow.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;
import org.ebbflow.flow.network.Dense;
import org.ebbflow.flow.network.Sequential;
import org.ebbflow.flow.network.Softplus;
import org.ebbflow.flow.ode.Divergence;
import org.ebbflow.flow.ode.Integration;
import org.ebbflow.flow.ode.Layout;
import org.ebbflow.flow.ode.NetworkField;
import org.ebbflow.flow.ode.OdeBlock;
import org.ebbflow.flow.ode.Quadrature;
import org.ebbflow.flow.ode.RecordedMotion;
import org.ebbflow.flow.ode.RungeKutta;
import org.ebbflow.tensor.Autograd;
import org.ebbflow.tensor.DType;
import org.ebbflow.tensor.Engine;
import org.ebbflow.tensor.Ops;
import org.ebbflow.tensor.Rng;
import org.ebbflow.tensor.Scope;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The way back that blocks write by hand, against autograd's. */
class RecordedMotionTest {
  private static final int ROWS = 7;
  private static final double OF_DIVERGENCE = -0.7;

  static Stream<String> blocks() {
    return BijectionRegistry.entries().keySet().stream()
        .filter(name -> name.startsWith("OdeBlock"));
  }

  /** A motion's end, its divergence, and a scalar's gradients: start first, then parameters. */
  private record Result(Tensor end, Tensor divergence, List<Tensor> gradients) {}

  @ParameterizedTest
  @MethodSource("blocks")
  void agrees_with_autograd(String name) {
    BijectionRegistry.Entry entry = BijectionRegistry.entries().get(name);
    Engine engine = Engine.cpu(DType.FLOAT64);
    try (Scope scope = Scope.open();
        Rng rng = engine.rng(5)) {
      OdeBlock block = (OdeBlock) entry.create().apply(engine);
      Tensor x = rng.normal(ROWS, BijectionRegistry.D);
      Tensor condition =
          entry.conditionSize() == 0 ? null : rng.normal(ROWS, entry.conditionSize());
      for (Divergence estimator :
          List.of(new Divergence.FiniteDifference(0.02), new Divergence.Hutchinson(1))) {
        List<Tensor> directions = List.of(rng.normalLike(x), rng.normalLike(x), rng.normalLike(x));
        for (Integration steps :
            List.of(
                Integration.fixed(RungeKutta.RK4, 2),
                Integration.fixed(RungeKutta.RK38, 2),
                Integration.fixed(RungeKutta.RK38, 2).with(Quadrature.STEPS))) {
          Tensor weights = rng.normalLike(x);
          Result expected = byAutograd(block, x, condition, steps, estimator, directions, weights);
          Result found =
              byHand(block, x, condition, steps, estimator, directions, weights, Products.FULL);
          assertSame(found.end(), expected.end(), 1e-12);
          assertSame(found.divergence(), expected.divergence(), 1e-9);
          for (int i = 0; i < expected.gradients().size(); i++) {
            assertSame(found.gradients().get(i), expected.gradients().get(i), 1e-9);
          }
        }
      }
    }
  }

  @Test
  void products_of_bfloat16_change_gradients_little() {
    Engine engine = Engine.cpu(DType.FLOAT32);
    try (Scope scope = Scope.open();
        Rng rng = engine.rng(5)) {
      Sequential network =
          new Sequential(
              Dense.uniform(engine, 20, 64, rng),
              new Softplus(20),
              Dense.uniform(engine, 64, 64, rng),
              new Softplus(20),
              Dense.uniform(engine, 64, 20, rng));
      OdeBlock block =
          new OdeBlock(
              new NetworkField(network, new Layout.Rows(0), false, "dense"),
              0,
              1,
              Integration.adaptive(1e-5),
              new Divergence.Exact());
      Tensor x = rng.normal(200, 20);
      Integration steps = Integration.fixed(RungeKutta.RK38, 2);
      Divergence estimator = new Divergence.Hutchinson(1);
      List<Tensor> directions = List.of(rng.normalLike(x), rng.normalLike(x));
      Tensor weights = rng.normalLike(x);
      Result full = byHand(block, x, null, steps, estimator, directions, weights, Products.FULL);
      Result half =
          byHand(block, x, null, steps, estimator, directions, weights, Products.BFLOAT16);
      assertThat(relative(half.end(), full.end())).isBetween(1e-6, 2e-3);
      for (int i = 0; i < full.gradients().size(); i++) {
        assertThat(relative(half.gradients().get(i), full.gradients().get(i)))
            .as("gradient %d", i)
            .isLessThan(0.02);
      }
    }
  }

  private static Result byHand(
      OdeBlock block,
      Tensor x,
      Tensor condition,
      Integration steps,
      Divergence estimator,
      List<Tensor> directions,
      Tensor weights,
      Products products) {
    RecordedMotion motion = block.record(x, condition, steps, estimator, directions, products);
    Gradients gradients = new Gradients(block.parameters().values());
    List<Tensor> all = new ArrayList<>();
    all.add(motion.back(weights, OF_DIVERGENCE, gradients));
    block.parameters().values().forEach(p -> all.add(gradients.of(p)));
    return new Result(motion.end(), motion.divergence(), all);
  }

  private static Result byAutograd(
      OdeBlock block,
      Tensor x,
      Tensor condition,
      Integration steps,
      Divergence estimator,
      List<Tensor> directions,
      Tensor weights) {
    Tensor start = Autograd.variable(x);
    OdeBlock.Motion motion = block.move(start, condition, steps, estimator, directions);
    Tensor scalar =
        Ops.addScaled(motion.end().mul(weights).sum(), motion.divergence().sum(), OF_DIVERGENCE);
    List<Tensor> inputs = new ArrayList<>(List.of(start));
    inputs.addAll(block.parameters().values());
    return new Result(motion.end(), motion.divergence(), Autograd.gradients(scalar, inputs, false));
  }

  private static void assertSame(Tensor found, Tensor expected, double tolerance) {
    assertThat(Engine.doubles(found)).containsExactly(Engine.doubles(expected), within(tolerance));
  }

  private static double relative(Tensor found, Tensor expected) {
    return Ops.item(found.sub(expected).norm()) / Ops.item(expected.norm());
  }
}
