package org.ebbflow.autoencoder;

import java.nio.file.Path;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.ebbflow.EbbException;
import org.ebbflow.data.Dataset;
import org.ebbflow.metric.LogLikelihood;
import org.ebbflow.tensor.DType;
import org.ebbflow.tensor.Engine;
import org.ebbflow.tensor.Rng;
import org.ebbflow.train.BestKeeper;
import org.ebbflow.train.EpochSettings;
import org.ebbflow.train.NetworkTask;
import org.ebbflow.train.NetworkTrainer;
import org.ebbflow.train.Outcome;
import org.ebbflow.train.TrainListener;
import org.ebbflow.train.TrainState;

/**
 * Trains a variational auto-encoder in a folder, with checkpoints, and keeps there the one with the
 * best evidence lower bound (or its weighted form) of the held-out rows.
 *
 * <p>{@link #run} is called once, from one thread; {@link #stop} from any.
 */
public final class AutoencoderFit {
  private final AutoencoderFolder folder;
  private final VariationalAutoencoder model;
  private final Dataset.Split rows;
  private final long seed;
  private final NetworkTrainer trainer;

  /**
   * Builds everything; trains nothing yet.
   *
   * @param rows to train on, and to choose the best by; for the Bernoulli likelihood bytes, or
   *     numbers in [0, 1]
   * @param seed of weights, order and noise
   * @param folder where it goes; a checkpoint there is gone on from
   * @param listener told of every step; its validations are the mean loss of the held-out rows
   * @throws EbbException if the rows do not suit the likelihood, or there are none to hold out
   */
  public AutoencoderFit(
      AutoencoderSettings settings,
      EpochSettings training,
      Dataset.Split rows,
      long seed,
      DType dtype,
      Path folder,
      TrainListener listener) {
    if (rows.validation().rows() == 0) {
      throw new EbbException("there are no rows to validate on", "hold out one or more");
    }
    if (settings.likelihood() == Likelihood.BERNOULLI) {
      requireShares(rows.train());
      requireShares(rows.validation());
    }
    this.folder = new AutoencoderFolder(folder);
    this.rows = rows;
    this.seed = seed;
    RowShape shape = RowShape.of(rows.train());
    shape.require(rows.validation());
    this.model = new VariationalAutoencoder(Engine.cpu(dtype), settings, shape, seed);
    this.trainer =
        new NetworkTrainer(
            new Task(),
            training,
            seed,
            this.folder.checkpoint(),
            fingerprint(settings, training, dtype),
            new BestKeeper(() -> this.folder.writeWeights(model), listener));
  }

  private static void requireShares(Dataset data) {
    for (int i = 0; i < data.rows() && !data.isBytes(); i++) {
      for (int j = 0; j < data.columns(); j++) {
        double value = data.value(i, j);
        if (!(value >= 0 && value <= 1)) {
          throw new EbbException(
              "row %d holds %s in %s, which the Bernoulli likelihood cannot have"
                  .formatted(i + 1, value, data.columnLabel(j)),
              "give bytes or numbers in [0, 1], or use the Gaussian likelihood");
        }
      }
    }
  }

  /** Which data and settings a checkpoint belongs to. */
  private String fingerprint(AutoencoderSettings settings, EpochSettings training, DType dtype) {
    EpochSettings deciding =
        new EpochSettings(
            training.batch(),
            training.epochs(),
            training.optimizer(),
            training.schedule(),
            training.clip(),
            1);
    return String.join(
        " ",
        AutoencoderFolder.text(settings),
        AutoencoderFolder.text(deciding),
        dtype + " " + seed,
        rows.train().fingerprint(),
        rows.validation().fingerprint());
  }

  /**
   * Takes up the folder's checkpoint, if there is one; writes nothing.
   *
   * @throws EbbException if it is damaged or of a run with other data or settings
   */
  public void restore() {
    trainer.restore();
  }

  /** Trains to the end or until {@link #stop}, and returns why it ended. */
  public Outcome run() {
    trainer.restore();
    folder.create();
    folder.writeConfig(model);
    return trainer.run();
  }

  /** Asks {@link #run} to keep a checkpoint and return. */
  public void stop() {
    trainer.stop();
  }

  /** Curves and counters so far; its likelihoods are the held-out rows' mean loss. */
  public TrainState state() {
    return trainer.state();
  }

  /** Steps at the end. */
  public long totalSteps() {
    return trainer.totalSteps();
  }

  /**
   * As it stands; the folder keeps the best by validation. Shares its tensors with the training:
   * use it when that is over.
   */
  public VariationalAutoencoder latest() {
    return model;
  }

  private final class Task implements NetworkTask {
    @Override
    public Engine engine() {
      return model.engine();
    }

    @Override
    public Map<String, Tensor> parameters() {
      return model.parameters();
    }

    @Override
    public int rows() {
      return rows.train().rows();
    }

    @Override
    public Tensor losses(int[] some, Rng rng) {
      return model.losses(model.batch(rows.train(), some), rng);
    }

    @Override
    public LogLikelihood.Summary validate() {
      // For a β other than 1 the loss is no bound, and its standard error near enough the bound's.
      Elbo elbo = model.elbo(rows.validation(), seed);
      double loss = model.settings().klWeight() * elbo.kl() - elbo.reconstruction();
      int columns = rows.validation().columns();
      return new LogLikelihood.Summary(
          loss, loss / (columns * Math.log(2)), elbo.rows(), elbo.standardError());
    }
  }
}
