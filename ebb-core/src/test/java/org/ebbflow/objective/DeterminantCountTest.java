package org.ebbflow.objective;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.ebbflow.data.Dataset;
import org.ebbflow.flow.elementwise.SmoothLeakyRelu;
import org.ebbflow.flow.preprocess.Preprocessing;
import org.ebbflow.tensor.Engine;
import org.ebbflow.tensor.LinearAlgebra;
import org.ebbflow.train.Runs;
import org.ebbflow.train.TrainListener;
import org.ebbflow.train.TrainSettings;
import org.ebbflow.train.TrainState;
import org.ebbflow.train.Trainer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The point of training by score matching: no determinant, no inverse. */
class DeterminantCountTest {
  private static final int D = 4;
  private static final int LAYERS = 2;
  private static final int STEPS = 25;

  @ParameterizedTest
  @CsvSource({
    // objective, factorisations and solves per step and dense layer
    "ssm, 0, 0",
    "dsm, 0, 0",
    "fdssm, 0, 0",
    "ml, 1, 1",
    // and two to see whether single precision is good enough for the draws
    "sml, 1, 3"
  })
  void each_step_factorises_and_solves_as_often_as_its_objective_needs(
      String name, int factorisations, int solves) {
    for (boolean matchAfterPreprocessing : new boolean[] {true, false}) {
      Engine engine = Engine.cpu();
      LinearAlgebra algebra = engine.linearAlgebra();
      Dataset data = Dataset.of(Runs.normalRows(60, D, 1));
      long[] trained = new long[2];
      TrainListener listener =
          new TrainListener() {
            @Override
            public void stepped(TrainState state, long totalSteps) {
              trained[0] = algebra.factorisations();
              trained[1] = algebra.solves();
            }
          };
      TrainSettings settings = Runs.settings(20, STEPS, 1e-3);
      Trainer trainer =
          new Trainer(
              Runs.task(
                  engine,
                  D,
                  () ->
                      List.of(
                          Runs.dense(engine, D),
                          new SmoothLeakyRelu(0.3, false),
                          Runs.dense(engine, D)),
                  Preprocessing.standardise(engine, new double[D], new double[] {1, 2, 1, 2}),
                  ObjectiveSettings.of(name).build(),
                  data,
                  data,
                  5),
              matching(settings, matchAfterPreprocessing),
              null,
              "",
              listener);
      trainer.run();
      assertThat(trainer.state().step()).isEqualTo(STEPS);
      assertThat(trainer.state().validations()).hasSize(1);
      assertThat(trained[0]).as("factorisations").isEqualTo((long) STEPS * LAYERS * factorisations);
      assertThat(trained[1]).as("solves").isEqualTo((long) STEPS * LAYERS * solves);
      // The likelihood reported at the end needs each layer's determinant, once.
      assertThat(algebra.factorisations() - trained[0]).isEqualTo(LAYERS);
      assertThat(algebra.solves() - trained[1]).isZero();
    }
  }

  private static TrainSettings matching(TrainSettings s, boolean matchAfterPreprocessing) {
    return new TrainSettings(
        s.batch(),
        s.epochs(),
        s.steps(),
        s.minutes(),
        s.optimizer(),
        s.schedule(),
        s.clip(),
        s.ema(),
        matchAfterPreprocessing,
        s.validateEvery(),
        s.patience(),
        s.checkpointSeconds());
  }
}
