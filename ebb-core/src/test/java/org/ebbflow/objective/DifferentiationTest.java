package org.ebbflow.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import org.bytedeco.pytorch.Tensor;
import org.ebbflow.EbbException;
import org.ebbflow.flow.Bijection;
import org.ebbflow.flow.ConditionalNormal;
import org.ebbflow.flow.DensityTrace;
import org.ebbflow.flow.Flow;
import org.ebbflow.flow.Products;
import org.ebbflow.flow.StandardNormal;
import org.ebbflow.flow.elementwise.LeakyRelu;
import org.ebbflow.flow.elementwise.Logit;
import org.ebbflow.flow.elementwise.SmoothLeakyRelu;
import org.ebbflow.flow.elementwise.SmoothTanh;
import org.ebbflow.flow.linear.FullMatrix;
import org.ebbflow.flow.linear.FullyConnected;
import org.ebbflow.flow.linear.LuMatrix;
import org.ebbflow.model.DataShape;
import org.ebbflow.model.RealNvp2d;
import org.ebbflow.tensor.Autograd;
import org.ebbflow.tensor.DType;
import org.ebbflow.tensor.Engine;
import org.ebbflow.tensor.InPlace;
import org.ebbflow.tensor.Ops;
import org.ebbflow.tensor.Rng;
import org.ebbflow.tensor.Scope;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Losses and gradients by hand, by Taylor derivatives and by autograd's second derivatives. */
class DifferentiationTest {
  private static final int D = 5;
  private static final int B = 7;

  private final Engine engine = Engine.cpu(DType.FLOAT64);
  private Scope scope;
  private Rng rng;
  private Tensor x;
  private Tensor v;
  private Tensor w;

  @BeforeEach
  void open() {
    scope = Scope.open();
    rng = engine.rng(5);
    x = Ops.add(Ops.mul(rng.uniform(B, D), 0.9), 0.05);
    v = rng.normal(B, D);
    w = rng.normal(B, D);
  }

  @AfterEach
  void close() {
    rng.close();
    scope.close();
  }

  private FullyConnected dense(Engine on, int dimension) {
    Tensor matrix =
        Ops.addScaled(
            on.identity(dimension),
            on.convert(rng.normal(dimension, dimension)),
            0.3 / Math.sqrt(dimension));
    return new FullyConnected(on, new FullMatrix(on, matrix), on.convert(rng.normal(dimension)));
  }

  /** Every entry-by-entry function between dense layers, the data's logit in front. */
  private Flow everything() {
    return flow(
        new Logit(0.8),
        dense(engine, D),
        new SmoothLeakyRelu(0.3, false),
        dense(engine, D),
        new SmoothTanh(1.1, 0.4),
        new SmoothLeakyRelu(0.6, true),
        dense(engine, D),
        new LeakyRelu(0.5));
  }

  private Flow flow(Bijection... layers) {
    return new Flow(engine, D, List.of(layers), new StandardNormal());
  }

  @ParameterizedTest
  @CsvSource({"1, false, 0", "1, true, 0", "2, false, 0.7", "2, true, 0.7"})
  void sliced_score_matching_agrees(int slices, boolean perDimension, double lambda) {
    Flow flow = everything();
    assertThat(DensityTrace.covers(flow)).isTrue();
    Tensor[] directions = slices == 1 ? new Tensor[] {v} : new Tensor[] {v, w};
    agree(
        flow,
        way ->
            new SlicedScoreMatching(slices, perDimension, lambda, way)
                .evaluate(flow, x, null, directions));
  }

  @ParameterizedTest
  @CsvSource({"0.05, false, 0", "0.05, true, 0", "0.02, false, 0.7", "0.02, true, 0.7"})
  void denoising_score_matching_agrees(double sigma, boolean perDimension, double lambda) {
    Flow flow = everything();
    agree(
        flow,
        way ->
            new DenoisingScoreMatching(sigma, perDimension, lambda, way)
                .evaluate(flow, x, null, v));
  }

  /** Couplings that keep either half, of two columns and of five. */
  private Flow realNvp(int dimension) {
    Flow flow = new RealNvp2d(3, 6).build(engine, new DataShape(dimension, false, null, List.of()));
    for (Tensor parameter : flow.parameters().values()) {
      InPlace.assign(parameter, Ops.addScaled(parameter, rng.normalLike(parameter), 0.2));
    }
    return flow;
  }

  @ParameterizedTest
  @CsvSource({"2, 1, false, 0", "2, 3, true, 0.7", "5, 1, true, 0", "5, 2, false, 0.7"})
  void couplings_agree(int dimension, int slices, boolean perDimension, double lambda) {
    Flow flow = realNvp(dimension);
    assertThat(DensityTrace.covers(flow)).isTrue();
    Tensor rows = rng.normal(B, dimension);
    Tensor[] directions = new Tensor[slices];
    Arrays.setAll(directions, i -> rng.rademacherLike(rows));
    agree(
        flow,
        way ->
            new SlicedScoreMatching(slices, perDimension, lambda, way)
                .evaluate(flow, rows, null, directions));
    agree(
        flow,
        way ->
            new DenoisingScoreMatching(0.4, perDimension, lambda, way)
                .evaluate(flow, rows, null, directions[0]));
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 1e-9, -1e-3, -0.7, 30})
  void every_steepness_of_swish_agrees(double beta) {
    Flow flow = realNvp(2);
    flow.parameters()
        .forEach(
            (name, parameter) -> {
              if (name.endsWith("beta")) {
                InPlace.assign(parameter, engine.full(beta, 1));
              }
            });
    Tensor rows = rng.normal(B, 2);
    Tensor direction = rng.rademacherLike(rows);
    agree(
        flow,
        way -> new SlicedScoreMatching(1, true, 0.3, way).evaluate(flow, rows, null, direction));
    agree(
        flow,
        way -> new DenoisingScoreMatching(1, true, 0.3, way).evaluate(flow, rows, null, direction));
  }

  @Test
  void a_flow_with_other_layers_is_differentiated_by_autograd() {
    Flow flow =
        flow(
            dense(engine, D),
            new FullyConnected(engine, new LuMatrix(engine, engine.identity(D)), rng.normal(D)),
            new SmoothTanh(1, 0.4),
            dense(engine, D));
    assertThat(DensityTrace.covers(flow)).isFalse();
    agree(flow, way -> new SlicedScoreMatching(1, true, 0, way).evaluate(flow, x, null, v));
    assertThatThrownBy(
            () ->
                new SlicedScoreMatching(1, true, 0, Differentiation.HAND, Products.BFLOAT16)
                    .evaluate(flow, x, null, v))
        .isInstanceOf(EbbException.class)
        .hasMessageContaining("layer 2, FullyConnected(5, lu)")
        .hasMessageContaining("ebflow-fc");
  }

  @Test
  void what_is_not_differentiated_by_hand_is_named() {
    List<Bijection> chain = List.of(dense(engine, D));
    assertThat(DensityTrace.uncovered(flow(dense(engine, D)))).isEmpty();
    ConditionalNormal base = new ConditionalNormal(engine, new double[][] {new double[D]}, 1);
    assertThat(DensityTrace.uncovered(new Flow(engine, D, chain, base)))
        .hasValue("the base density ConditionalNormal");
    assertThat(DensityTrace.uncovered(flow())).hasValue("a flow without layers");
  }

  @Test
  void only_derivatives_by_hand_have_reduced_products() {
    assertThatThrownBy(
            () -> new DenoisingScoreMatching(1, true, 0, Differentiation.TAYLOR, Products.BFLOAT16))
        .isInstanceOf(EbbException.class)
        .hasMessageContaining("differentiation=hand");
  }

  @Test
  void bfloat16_products_give_nearly_the_same_gradient() {
    Engine single = Engine.cpu();
    int d = 64;
    Flow flow =
        new Flow(
            single,
            d,
            List.of(dense(single, d), new SmoothLeakyRelu(0.3, false), dense(single, d)),
            new StandardNormal());
    Tensor rows = single.convert(rng.normal(50, d));
    Tensor direction = single.convert(rng.rademacherLike(rng.normal(50, d)));
    for (String objective : List.of("ssm", "dsm")) {
      List<Evaluation> both = new ArrayList<>();
      for (Products products : Products.values()) {
        both.add(
            objective.equals("ssm")
                ? new SlicedScoreMatching(1, true, 0, Differentiation.HAND, products)
                    .evaluate(flow, rows, null, direction)
                : new DenoisingScoreMatching(0.5, true, 0, Differentiation.HAND, products)
                    .evaluate(flow, rows, null, direction));
      }
      List<Tensor> full = both.get(0).gradients(flow.parameters().values());
      List<Tensor> half = both.get(1).gradients(flow.parameters().values());
      for (int i = 0; i < full.size(); i++) {
        double error = norm(half.get(i).sub(full.get(i))) / norm(full.get(i));
        assertThat(error).as("%s %d", objective, i).isBetween(1e-6, 0.02);
      }
    }
  }

  private static double norm(Tensor t) {
    return Ops.item(t.norm());
  }

  private void agree(Flow flow, Function<Differentiation, Evaluation> evaluation) {
    Evaluation reference = evaluation.apply(Differentiation.AUTOGRAD);
    double[] losses = Engine.doubles(reference.losses());
    List<Tensor> expected = reference.gradients(flow.parameters().values());
    for (Differentiation way : List.of(Differentiation.HAND, Differentiation.TAYLOR)) {
      Evaluation other = evaluation.apply(way);
      assertThat(Engine.doubles(other.losses())).containsExactly(losses, within(1e-9));
      List<Tensor> gradients = other.gradients(flow.parameters().values());
      for (int i = 0; i < expected.size(); i++) {
        double scale = Ops.item(expected.get(i).abs().max());
        assertThat(scale).isPositive();
        assertThat(Ops.item(gradients.get(i).sub(expected.get(i)).abs().max()))
            .as("%s, parameter %d", way, i)
            .isLessThan(1e-10 * Math.max(1, scale));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"ssm", "dsm"})
  void losses_by_autograd_need_no_recording_outside(String name) {
    Objective byAutograd =
        name.equals("ssm")
            ? new SlicedScoreMatching(1, false, 0, Differentiation.AUTOGRAD, Products.FULL)
            : new DenoisingScoreMatching(1, false, 0, Differentiation.AUTOGRAD, Products.FULL);
    Flow flow = everything();
    double[] recorded;
    double[] unrecorded;
    try (Rng first = engine.rng(3)) {
      recorded = Engine.doubles(byAutograd.losses(flow, x, null, first).detach());
    }
    try (Rng second = engine.rng(3);
        Autograd.Mode off = Autograd.off()) {
      unrecorded = Engine.doubles(byAutograd.losses(flow, x, null, second).detach());
    }
    assertThat(unrecorded).isEqualTo(recorded);
  }
}
