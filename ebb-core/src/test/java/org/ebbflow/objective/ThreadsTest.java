package org.ebbflow.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.ebbflow.data.Dataset;
import org.ebbflow.flow.Bijection;
import org.ebbflow.flow.Flow;
import org.ebbflow.flow.Products;
import org.ebbflow.flow.StandardNormal;
import org.ebbflow.flow.elementwise.SmoothLeakyRelu;
import org.ebbflow.flow.linear.FullMatrix;
import org.ebbflow.flow.linear.FullyConnected;
import org.ebbflow.flow.network.Dense;
import org.ebbflow.flow.network.Sequential;
import org.ebbflow.flow.network.Softplus;
import org.ebbflow.flow.ode.Divergence;
import org.ebbflow.flow.ode.Integration;
import org.ebbflow.flow.ode.Layout;
import org.ebbflow.flow.ode.NetworkField;
import org.ebbflow.flow.ode.OdeBlock;
import org.ebbflow.flow.ode.Quadrature;
import org.ebbflow.flow.ode.RungeKutta;
import org.ebbflow.flow.preprocess.Preprocessing;
import org.ebbflow.metric.LogLikelihood;
import org.ebbflow.tensor.Autograd;
import org.ebbflow.tensor.DType;
import org.ebbflow.tensor.Engine;
import org.ebbflow.tensor.Ops;
import org.ebbflow.tensor.Rng;
import org.ebbflow.tensor.Scope;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Rows that are taken side by side, against the same rows on one thread. */
class ThreadsTest {
  private static final int B = 101;
  private static final int D = 4;

  private final Engine engine = Engine.cpu(DType.FLOAT64);
  private final int before = engine.threads();

  @AfterEach
  void asBefore() {
    engine.setThreads(before);
  }

  private Flow dense() {
    List<Bijection> layers = new ArrayList<>();
    try (Scope scope = Scope.open();
        Rng rng = engine.rng(1)) {
      for (int i = 0; i < 2; i++) {
        Tensor matrix = Ops.addScaled(engine.identity(D), rng.normal(D, D), 0.2);
        layers.add(new FullyConnected(engine, new FullMatrix(engine, matrix), rng.normal(D)));
        layers.add(new SmoothLeakyRelu(0.3, false));
      }
    }
    return new Flow(engine, D, layers, new StandardNormal());
  }

  private Flow block() {
    try (Rng rng = engine.rng(2)) {
      Sequential network =
          new Sequential(
              Dense.uniform(engine, D + 1, 16, rng),
              new Softplus(20),
              Dense.uniform(engine, 16, D, rng));
      return new Flow(
          engine,
          D,
          List.of(
              new OdeBlock(
                  new NetworkField(network, new Layout.Rows(0), true, "dense"),
                  0,
                  1,
                  Integration.adaptive(1e-8),
                  new Divergence.Exact())),
          new StandardNormal());
    }
  }

  /** Losses, then every parameter's gradient. */
  private List<double[]> evaluated(Objective objective, Flow flow, int threads) {
    engine.setThreads(threads);
    List<double[]> all = new ArrayList<>();
    try (Scope scope = Scope.open();
        Rng rng = engine.rng(3)) {
      Evaluation evaluation = objective.evaluate(flow, rng.normal(B, D), null, rng);
      all.add(Engine.doubles(evaluation.losses()));
      for (Tensor gradient : evaluation.gradients(flow.parameters().values())) {
        all.add(Engine.doubles(gradient));
      }
    }
    return all;
  }

  private void agree(Objective objective, Flow flow) {
    List<double[]> one = evaluated(objective, flow, 1);
    assertThat(one).hasSize(1 + flow.parameters().size());
    assertThat(one.get(0)).hasSize(B);
    for (int threads : new int[] {2, 3}) {
      List<double[]> several = evaluated(objective, flow, threads);
      for (int i = 0; i < one.size(); i++) {
        assertThat(several.get(i)).containsExactly(one.get(i), within(1e-11));
      }
    }
  }

  @Test
  void score_matching_agrees() {
    agree(new SlicedScoreMatching(2, false, 0.3), dense());
    agree(new DenoisingScoreMatching(0.2, true, 0.3), dense());
  }

  @Test
  void blocks_agree() {
    OdeNumerics numerics =
        new OdeNumerics(
            RungeKutta.RK4, 2, "hutchinson", 0.02, false, true, Products.FULL, Quadrature.STAGES);
    agree(new JkoStep(1, numerics), block());
    agree(new ContinuousLikelihood(numerics, 0, 0), block());
  }

  @Test
  void losses_alone_come_with_autograd_off() {
    try (Scope scope = Scope.open();
        Autograd.Mode off = Autograd.off();
        Rng rng = engine.rng(3)) {
      engine.setThreads(2);
      Evaluation evaluation =
          new DenoisingScoreMatching(0.2, true, 0).evaluate(dense(), rng.normal(B, D), null, rng);
      assertThat(Engine.doubles(evaluation.losses())).hasSize(B).doesNotContain(Double.NaN);
    }
  }

  @Test
  void densities_agree() {
    Flow flow = dense();
    double[][] rows = new double[1_203][D];
    try (Scope scope = Scope.open();
        Rng rng = engine.rng(4)) {
      for (double[] row : rows) {
        System.arraycopy(Engine.doubles(rng.normal(D)), 0, row, 0, D);
      }
    }
    Dataset data = Dataset.of(rows);
    Preprocessing none = Preprocessing.none(engine);
    engine.setThreads(1);
    double[] one = LogLikelihood.perRow(flow, none, data, 1, share -> {});
    engine.setThreads(2);
    List<Double> shares = new ArrayList<>();
    double[] two = LogLikelihood.perRow(flow, none, data, 1, shares::add);
    assertThat(two).containsExactly(one, within(1e-11));
    assertThat(shares).isSorted().last().isEqualTo(1.0);
  }
}
