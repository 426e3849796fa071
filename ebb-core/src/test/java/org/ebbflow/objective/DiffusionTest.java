package org.ebbflow.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.ebbflow.EbbException;
import org.ebbflow.data.Dataset;
import org.ebbflow.flow.Flow;
import org.ebbflow.flow.Jet;
import org.ebbflow.flow.StandardNormal;
import org.ebbflow.flow.network.Dense;
import org.ebbflow.flow.network.Sequential;
import org.ebbflow.flow.network.Tanh;
import org.ebbflow.flow.ode.Divergence;
import org.ebbflow.flow.ode.Integration;
import org.ebbflow.flow.ode.Layout;
import org.ebbflow.flow.ode.NetworkField;
import org.ebbflow.flow.ode.OdeBlock;
import org.ebbflow.flow.ode.ProbabilityFlow;
import org.ebbflow.flow.ode.VariancePreserving;
import org.ebbflow.flow.ode.VelocityField;
import org.ebbflow.flow.preprocess.Preprocessing;
import org.ebbflow.tensor.Autograd;
import org.ebbflow.tensor.DType;
import org.ebbflow.tensor.Engine;
import org.ebbflow.tensor.Ops;
import org.ebbflow.tensor.Rng;
import org.ebbflow.tensor.Scope;
import org.ebbflow.train.Runs;
import org.ebbflow.train.TrainListener;
import org.ebbflow.train.TrainTask;
import org.ebbflow.train.Trainer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DiffusionTest {
  private static final VariancePreserving PUBLISHED = new VariancePreserving(0.1, 20);
  private static final double[] MEAN = {0.8, -1.3};
  private static final double[] VARIANCES = {2.2, 0.05};
  private static final double ANGLE = 0.6;

  private final Engine engine = Engine.cpu(DType.FLOAT64);

  /**
   * What the network would have to learn of {@code N(m, diag v)} turned by an angle: in the axes y
   * of the normal {@code F = (σα(1 − v)y − σm)/(α²v + σ²)}.
   */
  private final class True implements VelocityField {
    @Override
    public Jet at(Jet x, Jet angle, Tensor condition) {
      Tensor alpha = angle.value().cos();
      Tensor sigma = angle.value().sin();
      Tensor v = row(VARIANCES);
      Tensor spread = alpha.square().mul(v).add(sigma.square());
      Tensor scale = alpha.mul(sigma).mul(Ops.rsub(1, v)).div(spread);
      Tensor offset = sigma.mul(row(MEAN)).div(spread).neg();
      return x.linear(turn(), null).mul(scale).add(offset).linear(turn().t(), null);
    }

    @Override
    public boolean usesTime() {
      return true;
    }

    @Override
    public Map<String, Tensor> parameters() {
      return Map.of();
    }

    @Override
    public String describe() {
      return "true";
    }
  }

  private Tensor row(double[] values) {
    return engine.exact(values, 1, 2);
  }

  /** From x to the normal's axes. */
  private Tensor turn() {
    double c = Math.cos(ANGLE);
    double s = Math.sin(ANGLE);
    return engine.exact(new double[] {c, s, -s, c}, 2, 2);
  }

  private static double exponent(double t) {
    return 0.1 * t + 0.5 * 19.9 * t * t;
  }

  /** {@code log p} of the diffused normal at rows, in nats. */
  private double[] logProb(double[] rows, double t) {
    double left = Math.exp(-exponent(t));
    double[] y = Engine.doubles(engine.exact(rows, rows.length / 2, 2).matmul(turn().t()));
    double[] result = new double[rows.length / 2];
    for (int i = 0; i < rows.length; i++) {
      double variance = left * VARIANCES[i % 2] + 1 - left;
      double gap = y[i] - Math.sqrt(left) * MEAN[i % 2];
      result[i / 2] -= 0.5 * (gap * gap / variance + Math.log(2 * Math.PI * variance));
    }
    return result;
  }

  @ParameterizedTest
  @ValueSource(doubles = {1e-5, 1e-3})
  void the_true_score_of_a_normal_makes_the_likelihood_exact(double start) {
    OdeBlock block =
        new OdeBlock(
            new ProbabilityFlow(new True(), PUBLISHED),
            start,
            1,
            Integration.adaptive(1e-9),
            new Divergence.Exact());
    try (Scope scope = Scope.open();
        Autograd.Mode off = Autograd.off();
        Rng rng = engine.rng(1)) {
      Tensor x = Ops.mul(rng.normal(50, 2), 1.5);
      Jet at = Jet.of(x);
      double[] end = Engine.doubles(block.forward(at, null).value().value());
      double[] moved = Engine.doubles(block.forward(at, null).logDet().value());
      double[] truth = logProb(Engine.doubles(x), start);
      double[] noise = logProb(end, 1);
      for (int i = 0; i < truth.length; i++) {
        assertThat(noise[i] + moved[i]).isCloseTo(truth[i], within(1e-6 * (1 - truth[i])));
      }
      // At its end the diffusion keeps α = 0.0066 of the data, which the base density leaves out.
      Flow flow = new Flow(engine, 2, List.of(block), new StandardNormal());
      double[] found = Engine.doubles(flow.logProb(x));
      for (int i = 0; i < truth.length; i++) {
        double z = Math.hypot(end[2 * i], end[2 * i + 1]);
        assertThat(found[i]).isCloseTo(truth[i], within(0.0066 * 1.6 * (z + 0.1)));
      }
      // The noise told by it is −σ times the score.
      double t = 0.3;
      Tensor diffused = rng.normal(1, 2);
      double[] point = Engine.doubles(diffused);
      Tensor time = Ops.column(t, 1, x);
      double[] epsilon =
          Engine.doubles(((ProbabilityFlow) block.field()).noise(diffused, time, null));
      for (int j = 0; j < 2; j++) {
        double[] above = point.clone();
        double[] below = point.clone();
        above[j] += 1e-5;
        below[j] -= 1e-5;
        double slope = (logProb(above, t)[0] - logProb(below, t)[0]) / 2e-5;
        assertThat(epsilon[j])
            .isCloseTo(-Math.sqrt(1 - Math.exp(-exponent(t))) * slope, within(1e-8));
      }
    }
  }

  @Test
  void the_process_is_the_integral_of_its_rate() {
    double[] times = {1e-5, 1e-3, 0.02, 0.3, 0.7, 1};
    try (Scope scope = Scope.open()) {
      Tensor t = Autograd.variable(engine.exact(times, times.length, 1));
      double[] alpha = Engine.doubles(PUBLISHED.signal(t).detach());
      double[] sigma = Engine.doubles(PUBLISHED.noise(t).detach());
      for (int i = 0; i < times.length; i++) {
        assertThat(alpha[i]).isCloseTo(Math.exp(-exponent(times[i]) / 2), within(1e-12));
        double noise = Math.sqrt(-Math.expm1(-exponent(times[i])));
        assertThat(sigma[i] / noise).isCloseTo(1, within(1e-12));
      }
      // Jets of the angle and of its speed, against autograd.
      Tensor one = Ops.add(Ops.zerosLike(t), 1);
      Jet moving = Jet.along(t, one, 2);
      Jet angle = PUBLISHED.angle(moving);
      Jet turning = PUBLISHED.turning(moving);
      assertSame(turning.value(), angle.first());
      assertSame(turning.first(), angle.second());
      Tensor first = Autograd.gradient(turning.value(), t, true);
      assertSame(turning.first(), first);
      assertSame(turning.second(), Autograd.gradient(first, t, false));
    }
  }

  private static void assertSame(Tensor found, Tensor expected) {
    double[] ratio = Engine.doubles(found.detach().div(expected.detach()));
    assertThat(ratio).containsOnly(new double[] {1}, within(1e-8));
  }

  private Flow flow(long seed) {
    try (Rng rng = engine.rng(seed)) {
      Sequential network =
          new Sequential(Dense.uniform(engine, 3, 32, rng), new Tanh(), Dense.zero(engine, 32, 2));
      VelocityField field = new NetworkField(network, new Layout.Rows(0), true, "dense");
      OdeBlock block =
          new OdeBlock(
              new ProbabilityFlow(field, PUBLISHED),
              1e-5,
              1,
              Integration.adaptive(1e-5),
              new Divergence.Exact());
      return new Flow(engine, 2, List.of(block), new StandardNormal());
    }
  }

  /** Within 0.1 nats of the entropy after 600 steps; N(0, I), where it starts, is 0.9 off. */
  @Test
  void denoising_learns_a_shifted_normal() {
    double[][] rows = Runs.normalRows(3000, 2, 6);
    for (double[] row : rows) {
      row[0] = 1 + 0.5 * row[0];
    }
    double entropy = 1 + Math.log(2 * Math.PI) + Math.log(0.5);
    Dataset.Split split = Dataset.of(rows).split(500, 1);
    TrainTask task =
        new TrainTask(
            flow(7),
            flow(7),
            Preprocessing.none(engine),
            new DiffusionScoreMatching(),
            split.train(),
            split.validation(),
            8);
    Trainer trainer =
        new Trainer(task, Runs.settings(250, 600, 1e-2), null, "vp", new TrainListener() {});
    trainer.run();
    assertThat(trainer.state().bestNll().orElseThrow()).isCloseTo(entropy, within(0.1));
  }

  @Test
  void mistakes_are_named() {
    Flow none = new Flow(engine, 2, List.of(), new StandardNormal());
    try (Rng rng = engine.rng(1)) {
      assertThatThrownBy(
              () -> new DiffusionScoreMatching().losses(none, rng.normal(2, 2), null, rng))
          .isInstanceOf(EbbException.class)
          .hasMessageContaining("use the model diffusion");
      NetworkField timeless =
          new NetworkField(Dense.zero(engine, 2, 2), new Layout.Rows(0), false, "dense");
      assertThatThrownBy(() -> new ProbabilityFlow(timeless, PUBLISHED))
          .isInstanceOf(EbbException.class)
          .hasMessageContaining("network.time=true");
    }
    assertThatThrownBy(() -> new VariancePreserving(0, 20))
        .isInstanceOf(EbbException.class)
        .hasMessageContaining("0.1 and 20");
  }
}
