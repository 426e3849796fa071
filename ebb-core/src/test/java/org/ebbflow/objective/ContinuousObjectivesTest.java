package org.ebbflow.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.bytedeco.pytorch.Tensor;
import org.ebbflow.EbbException;
import org.ebbflow.data.Dataset;
import org.ebbflow.flow.Flow;
import org.ebbflow.flow.Products;
import org.ebbflow.flow.StandardNormal;
import org.ebbflow.flow.network.Dense;
import org.ebbflow.flow.network.Sequential;
import org.ebbflow.flow.network.Tanh;
import org.ebbflow.flow.ode.Divergence;
import org.ebbflow.flow.ode.Integration;
import org.ebbflow.flow.ode.Layout;
import org.ebbflow.flow.ode.NetworkField;
import org.ebbflow.flow.ode.OdeBlock;
import org.ebbflow.flow.ode.Quadrature;
import org.ebbflow.flow.ode.RungeKutta;
import org.ebbflow.flow.preprocess.Preprocessing;
import org.ebbflow.tensor.Autograd;
import org.ebbflow.tensor.DType;
import org.ebbflow.tensor.Engine;
import org.ebbflow.tensor.Rng;
import org.ebbflow.tensor.Scope;
import org.ebbflow.train.Runs;
import org.ebbflow.train.TrainListener;
import org.ebbflow.train.TrainTask;
import org.ebbflow.train.Trainer;
import org.junit.jupiter.api.Test;

class ContinuousObjectivesTest {
  private final Engine engine = Engine.cpu(DType.FLOAT64);

  private OdeBlock block(int d, boolean zero, long seed) {
    try (Rng rng = engine.rng(seed)) {
      Sequential network =
          new Sequential(
              Dense.uniform(engine, d + 1, 16, rng),
              new Tanh(),
              zero ? Dense.zero(engine, 16, d) : Dense.uniform(engine, 16, d, rng));
      return new OdeBlock(
          new NetworkField(network, new Layout.Rows(0), true, "dense"),
          0,
          1,
          Integration.adaptive(1e-8),
          new Divergence.Exact());
    }
  }

  private Flow flow(int d, OdeBlock... blocks) {
    return new Flow(engine, d, List.of(blocks), new StandardNormal());
  }

  @Test
  void the_likelihood_by_fine_steps_is_the_flows_own() {
    Flow flow = flow(3, block(3, false, 1), block(3, false, 2));
    OdeNumerics fine =
        new OdeNumerics(
            RungeKutta.RK4, 20, "exact", 0.02, false, false, Products.FULL, Quadrature.STAGES);
    try (Scope scope = Scope.open();
        Autograd.Mode off = Autograd.off();
        Rng rng = engine.rng(3)) {
      Tensor x = rng.normal(20, 3);
      double[] expected = Engine.doubles(flow.logProb(x).neg());
      double[] found =
          Engine.doubles(new ContinuousLikelihood(fine, 0, 0).losses(flow, x, null, rng));
      assertThat(found).containsExactly(expected, within(1e-6));
    }
  }

  @Test
  void penalties_are_the_integrals_they_name() {
    OdeBlock block = block(2, false, 4);
    OdeNumerics fine =
        new OdeNumerics(
            RungeKutta.RK4, 20, "exact", 0.02, false, false, Products.FULL, Quadrature.STAGES);
    try (Scope scope = Scope.open();
        Autograd.Mode off = Autograd.off();
        Rng rng = engine.rng(5)) {
      Tensor x = rng.normal(6, 2);
      OdeBlock.Journey journey = fine.travel(block, x, null, rng);
      // The same by stations close together: ½‖Δx‖²/Δt² and ‖Δ²x‖²/Δt⁴, summed.
      int parts = 400;
      List<Tensor> path = block.path(x, null, parts);
      double[] transport = new double[6];
      double[] bending = new double[6];
      for (int i = 1; i <= parts; i++) {
        double[] step = Engine.doubles(path.get(i).sub(path.get(i - 1)));
        double[] next = i == parts ? step : Engine.doubles(path.get(i + 1).sub(path.get(i)));
        for (int j = 0; j < step.length; j++) {
          transport[j / 2] += 0.5 * step[j] * step[j] * parts;
          double change = (next[j] - step[j]) * parts * parts;
          bending[j / 2] += change * change / parts;
        }
      }
      assertThat(Engine.doubles(journey.transport())).containsExactly(transport, within(1e-3));
      assertThat(Engine.doubles(journey.bending())).containsExactly(bending, within(1e-2));
      Tensor plain = new ContinuousLikelihood(fine, 0, 0).losses(flow(2, block), x, null, rng);
      Tensor priced = new ContinuousLikelihood(fine, 2, 3).losses(flow(2, block), x, null, rng);
      double[] gaps = Engine.doubles(priced.sub(plain));
      double[] bends = Engine.doubles(journey.bending());
      double[] ways = Engine.doubles(journey.transport());
      for (int i = 0; i < gaps.length; i++) {
        assertThat(gaps[i]).isCloseTo(2 * ways[i] + 3 * bends[i], within(1e-9));
      }
    }
  }

  @Test
  void flow_matching_and_the_likelihood_learn_a_shifted_normal() {
    double[][] rows = Runs.normalRows(3000, 2, 6);
    for (double[] row : rows) {
      row[0] = 1.5 + 0.5 * row[0];
    }
    double entropy = 1 + Math.log(2 * Math.PI) + Math.log(0.5);
    Dataset.Split split = Dataset.of(rows).split(500, 1);
    List<Objective> objectives =
        List.of(
            new FlowMatching(false),
            new FlowMatching(true),
            new ContinuousLikelihood(OdeNumerics.published(), 0, 0),
            new ContinuousLikelihood(OdeNumerics.published(), 0.02, 0.02));
    for (Objective objective : objectives) {
      TrainTask task =
          new TrainTask(
              flow(2, block(2, true, 7)),
              flow(2, block(2, true, 7)),
              Preprocessing.none(engine),
              objective,
              split.train(),
              split.validation(),
              8);
      Trainer trainer =
          new Trainer(
              task, Runs.settings(250, 250, 1e-2), null, objective.name(), new TrainListener() {});
      trainer.run();
      assertThat(trainer.state().bestNll().orElseThrow())
          .as(objective.toString())
          .isCloseTo(entropy, within(0.12));
    }
  }

  @Test
  void assignments_are_the_cheapest() {
    Random random = new Random(9);
    for (int n = 1; n <= 6; n++) {
      double[] costs = random.doubles((long) n * n, -1, 1).toArray();
      int[] columns = Assignment.of(costs, n);
      double cost = 0;
      for (int i = 0; i < n; i++) {
        cost += costs[i * n + columns[i]];
      }
      assertThat(columns).doesNotHaveDuplicates();
      assertThat(cost).isCloseTo(cheapest(costs, n, 0, new ArrayList<>()), within(1e-12));
    }
  }

  private static double cheapest(double[] costs, int n, int row, List<Integer> taken) {
    if (row == n) {
      return 0;
    }
    double best = Double.POSITIVE_INFINITY;
    for (int column = 0; column < n; column++) {
      if (!taken.contains(column)) {
        List<Integer> more = new ArrayList<>(taken);
        more.add(column);
        best = Math.min(best, costs[row * n + column] + cheapest(costs, n, row + 1, more));
      }
    }
    return best;
  }

  @Test
  void unsuitable_flows_are_named() {
    Flow none = new Flow(engine, 2, List.of(), new StandardNormal());
    try (Rng rng = engine.rng(1)) {
      assertThatThrownBy(() -> new FlowMatching(false).losses(none, rng.normal(2, 2), null, rng))
          .isInstanceOf(EbbException.class)
          .hasMessageContaining("use the model cnf");
      assertThatThrownBy(
              () ->
                  new JkoStep(1, OdeNumerics.published()).losses(none, rng.normal(2, 2), null, rng))
          .isInstanceOf(EbbException.class)
          .hasMessageContaining("use the model jko");
    }
  }

  @Test
  void what_the_likelihood_of_all_blocks_would_pass_over_is_refused() {
    OdeNumerics checkpointed =
        new OdeNumerics(
            RungeKutta.RK4, 4, "exact", 0.02, true, false, Products.FULL, Quadrature.STAGES);
    ObjectiveSettings cnf = ObjectiveSettings.of("cnf");
    assertThatThrownBy(() -> cnf.with(checkpointed))
        .isInstanceOf(EbbException.class)
        .hasMessageContaining("checkpointed");
    OdeNumerics half =
        new OdeNumerics(
            RungeKutta.RK4,
            4,
            "hutchinson",
            0.02,
            false,
            true,
            Products.BFLOAT16,
            Quadrature.STAGES);
    assertThat(cnf.with(half).ode()).isEqualTo(half);
    ObjectiveSettings otflow = ObjectiveSettings.of("otflow");
    assertThatThrownBy(() -> otflow.with(half))
        .isInstanceOf(EbbException.class)
        .hasMessageContaining("bfloat16");
  }
}
