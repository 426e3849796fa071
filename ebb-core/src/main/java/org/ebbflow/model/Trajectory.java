package org.ebbflow.model;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.ebbflow.EbbException;
import org.ebbflow.data.Dataset;
import org.ebbflow.flow.Bijection;
import org.ebbflow.flow.ode.OdeBlock;
import org.ebbflow.tensor.Autograd;
import org.ebbflow.tensor.Engine;
import org.ebbflow.tensor.Rng;
import org.ebbflow.tensor.Scope;

/**
 * Where rows are on their way through a flow of neural-ODE blocks, in the preprocessed space.
 *
 * @param model whose flow has blocks only
 * @param partsPerBlock how many stations a block is cut into, at least 1
 */
public record Trajectory(DensityModel model, int partsPerBlock) {

  /**
   * @throws EbbException if the model's flow has other layers
   */
  public Trajectory {
    if (!isOf(model) || partsPerBlock < 1) {
      throw new EbbException(
          "the model '" + model.config().model().name() + "' has no trajectories",
          "use a model of neural-ODE blocks, as jko, and 1 part or more");
    }
  }

  /** Whether a model's flow has blocks only and takes no condition. */
  public static boolean isOf(DensityModel model) {
    return model.shape().condition().isEmpty()
        && model.flow().chain().stream().allMatch(OdeBlock.class::isInstance);
  }

  /** From data to noise: stations of all rows, the data first; each (n, D). */
  public List<double[][]> forward(Dataset data) {
    int[] rows = new int[data.rows()];
    Arrays.setAll(rows, i -> i);
    try (Scope scope = Scope.open();
        Autograd.Mode off = Autograd.off()) {
      Tensor at =
          model
              .preprocessing()
              .apply(model.preprocessing().fixed(data, rows, model.config().seed()));
      List<double[][]> stations = new ArrayList<>();
      stations.add(rows(at));
      for (Bijection layer : model.flow().chain()) {
        for (OdeBlock part : ((OdeBlock) layer).divided(partsPerBlock)) {
          at = part.push(at, null);
          stations.add(rows(at));
        }
      }
      return stations;
    }
  }

  /** From noise to draws: stations of {@code n} rows, the noise first; each (n, D). */
  public List<double[][]> backward(int n, long seed) {
    try (Scope scope = Scope.open();
        Autograd.Mode off = Autograd.off();
        Rng rng = model.flow().engine().rng(seed)) {
      Tensor at = model.flow().base().sample(n, model.flow().dimension(), null, rng);
      List<double[][]> stations = new ArrayList<>();
      stations.add(rows(at));
      List<Bijection> chain = model.flow().chain();
      for (int i = chain.size() - 1; i >= 0; i--) {
        List<OdeBlock> parts = ((OdeBlock) chain.get(i)).divided(partsPerBlock);
        for (int j = parts.size() - 1; j >= 0; j--) {
          at = parts.get(j).inverse(at, null);
          stations.add(rows(at));
        }
      }
      return stations;
    }
  }

  private static double[][] rows(Tensor x) {
    double[] values = Engine.doubles(x);
    int columns = Math.toIntExact(x.size(1));
    double[][] rows = new double[values.length / columns][];
    Arrays.setAll(rows, i -> Arrays.copyOfRange(values, i * columns, (i + 1) * columns));
    return rows;
  }
}
