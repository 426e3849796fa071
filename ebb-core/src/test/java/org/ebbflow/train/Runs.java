package org.ebbflow.train;

import java.util.List;
import java.util.function.Supplier;
import org.ebbflow.data.Dataset;
import org.ebbflow.flow.Bijection;
import org.ebbflow.flow.Flow;
import org.ebbflow.flow.StandardNormal;
import org.ebbflow.flow.linear.FullyConnected;
import org.ebbflow.flow.linear.FullyConnected.Structure;
import org.ebbflow.flow.preprocess.Preprocessing;
import org.ebbflow.objective.Objective;
import org.ebbflow.tensor.DType;
import org.ebbflow.tensor.Engine;
import org.ebbflow.tensor.Rng;
import org.ebbflow.tensor.Scope;

/** Small trainings for the tests. */
public final class Runs {
  private Runs() {}

  /** Runs of steps with a constant rate, no clipping, validated only at the end. */
  public static TrainSettings settings(
      int batch, long steps, OptimizerSettings optimizer, ScheduleSettings schedule) {
    return new TrainSettings(
        batch, 0, steps, 0, optimizer, schedule, 0, 0.99, true, Integer.MAX_VALUE, 0, 3600);
  }

  /** As {@link #settings(int, long, OptimizerSettings, ScheduleSettings)} with Adam. */
  public static TrainSettings settings(int batch, long steps, double learningRate) {
    return settings(
        batch, steps, OptimizerSettings.of("adam", learningRate), ScheduleSettings.constant());
  }

  /** Two flows of the same architecture and what they are trained on. */
  public static TrainTask task(
      Engine engine,
      int dimension,
      Supplier<List<Bijection>> chain,
      Preprocessing preprocessing,
      Objective objective,
      Dataset train,
      Dataset validation,
      long seed) {
    return new TrainTask(
        new Flow(engine, dimension, chain.get(), new StandardNormal()),
        new Flow(engine, dimension, chain.get(), new StandardNormal()),
        preprocessing,
        objective,
        train,
        validation,
        seed);
  }

  /** A dense layer from the identity. */
  public static Bijection dense(Engine engine, int dimension) {
    return FullyConnected.identity(engine, dimension, Structure.FULL, false);
  }

  /** Rows of N(0, I). */
  public static double[][] normalRows(int rows, int columns, long seed) {
    Engine engine = Engine.cpu(DType.FLOAT64);
    double[] all;
    try (Scope scope = Scope.open();
        Rng rng = engine.rng(seed)) {
      all = Engine.doubles(rng.normal(rows, columns));
    }
    double[][] table = new double[rows][columns];
    for (int i = 0; i < all.length; i++) {
      table[i / columns][i % columns] = all[i];
    }
    return table;
  }
}
