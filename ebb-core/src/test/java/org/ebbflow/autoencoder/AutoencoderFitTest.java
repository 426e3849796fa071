package org.ebbflow.autoencoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import org.ebbflow.EbbException;
import org.ebbflow.data.Dataset;
import org.ebbflow.io.ModelFileException;
import org.ebbflow.io.SafeTensors;
import org.ebbflow.tensor.DType;
import org.ebbflow.train.DivergenceException;
import org.ebbflow.train.EpochSettings;
import org.ebbflow.train.OptimizerSettings;
import org.ebbflow.train.Outcome;
import org.ebbflow.train.ScheduleSettings;
import org.ebbflow.train.TrainListener;
import org.ebbflow.train.TrainState;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AutoencoderFitTest {
  private static final AutoencoderSettings SMALL =
      new AutoencoderSettings(2, List.of(8), Likelihood.BERNOULLI, 1, 1);

  @TempDir Path home;

  /** Bars across a picture of 4 × 4. */
  private static Dataset.Split bars() {
    Random random = new Random(1);
    byte[] pixels = new byte[330 * 16];
    for (int i = 0; i < 330; i++) {
      int bar = random.nextInt(8);
      for (int j = 0; j < 16; j++) {
        boolean on = bar < 4 ? j / 4 == bar : j % 4 == bar - 4;
        pixels[i * 16 + j] = (byte) ((on ? 200 : 0) + random.nextInt(50));
      }
    }
    return Dataset.ofBytes(pixels, 330, 16).split(30, 1);
  }

  private AutoencoderFit session(EpochSettings training, String name, long end) {
    AtomicReference<AutoencoderFit> self = new AtomicReference<>();
    TrainListener stopper =
        new TrainListener() {
          @Override
          public void stepped(TrainState state, long totalSteps) {
            if (state.step() == end) {
              self.get().stop();
            }
          }
        };
    AutoencoderFit fit =
        new AutoencoderFit(SMALL, training, bars(), 3, DType.FLOAT32, home.resolve(name), stopper);
    self.set(fit);
    return fit;
  }

  @Test
  void anInterruptedTrainingEndsWithTheSameBits() {
    EpochSettings training = EpochSettings.adam(20, 16, 3e-3);
    AutoencoderFit straight = session(training, "straight", -1);
    assertThat(straight.run()).isEqualTo(Outcome.FINISHED);
    assertThat(straight.totalSteps()).isEqualTo(16 * 15);
    for (int end : new int[] {37, 150}) {
      AutoencoderFit part = session(training, "resumed", end);
      assertThat(part.run()).isEqualTo(Outcome.INTERRUPTED);
      assertThat(part.state().step()).isEqualTo(end);
    }
    AutoencoderFit last = session(training, "resumed", -1);
    assertThat(last.run()).isEqualTo(Outcome.FINISHED);

    for (String file : List.of("checkpoint.safetensors", "model.safetensors")) {
      assertThat(tensors("resumed", file)).as(file).isEqualTo(tensors("straight", file));
    }
    assertThat(last.state().losses()).hasSize(2).isEqualTo(straight.state().losses());
    assertThat(last.state().validations())
        .hasSize(16)
        .usingRecursiveComparison()
        .ignoringFields("seconds")
        .isEqualTo(straight.state().validations());

    // It has learnt something, and the folder keeps the best of it.
    double first = straight.state().validations().get(0).nll();
    double best = straight.state().bestNll().orElseThrow();
    assertThat(best).isLessThan(first - 0.5);
    VariationalAutoencoder kept = VariationalAutoencoder.load(home.resolve("straight"));
    assertThat(-kept.elbo(bars().validation(), 3).value()).isEqualTo(best);

    AutoencoderFit again = session(training, "straight", -1);
    assertThat(again.run()).isEqualTo(Outcome.FINISHED);
    assertThat(again.state().step()).isEqualTo(240);
    assertThat(again.latest().encode(bars().train()).fingerprint())
        .isEqualTo(straight.latest().encode(bars().train()).fingerprint());
  }

  @Test
  void theCheckpointOfOtherSettingsIsRefused() {
    session(EpochSettings.adam(20, 1, 3e-3), "a", -1).run();
    AutoencoderFit other = session(EpochSettings.adam(20, 1, 1e-3), "a", -1);
    assertThatThrownBy(other::restore)
        .isInstanceOf(ModelFileException.class)
        .hasMessageContaining("other data or settings");
  }

  @Test
  void divergenceNamesTheStep() {
    EpochSettings wild =
        new EpochSettings(
            20, 5, OptimizerSettings.of("adam", 1e20), ScheduleSettings.constant(), 0, 60);
    assertThatThrownBy(session(wild, "wild", -1)::run)
        .isInstanceOf(DivergenceException.class)
        .hasMessageContaining("step")
        .hasMessageContaining("learningRate");
  }

  @Test
  void unsuitableRowsAndSettingsAreNamed() {
    Dataset table = Dataset.of(new double[][] {{0.5, 0.1}, {0.2, 1.5}, {0, 1}});
    refused(() -> fit(table.split(1, 1)), "1.5 in column 2");
    Dataset.Split none = new Dataset.Split(table, table.subset(new int[0]));
    refused(() -> fit(none), "no rows to validate on");
    refused(() -> EpochSettings.adam(0, 1, 1e-3), "batch is 0");
    refused(() -> EpochSettings.adam(1, 0, 1e-3), "epochs is 0.0");
    refused(() -> EpochSettings.adam(1, 1, -1), "learningRate is -1.0");
    refused(
        () ->
            new EpochSettings(
                1, 1, OptimizerSettings.of("adam", 1), ScheduleSettings.constant(), -1, 60),
        "clip is -1.0");
  }

  private void fit(Dataset.Split rows) {
    new AutoencoderFit(
        SMALL,
        EpochSettings.adam(2, 1, 1e-3),
        rows,
        1,
        DType.FLOAT64,
        home,
        new TrainListener() {});
  }

  private static void refused(Runnable work, String part) {
    assertThatThrownBy(work::run).isInstanceOf(EbbException.class).hasMessageContaining(part);
  }

  private Map<String, List<Double>> tensors(String name, String file) {
    Map<String, List<Double>> all = new TreeMap<>();
    SafeTensors.read(home.resolve(name).resolve(file))
        .tensors()
        .forEach(
            (key, tensor) ->
                all.put(key, new ArrayList<>(Arrays.stream(tensor.doubles()).boxed().toList())));
    return all;
  }
}
