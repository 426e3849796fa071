package org.ebbflow.model;

import java.util.ArrayList;
import java.util.List;
import org.ebbflow.EbbException;
import org.ebbflow.data.Dataset;
import org.ebbflow.flow.Bijection;
import org.ebbflow.flow.Chain;
import org.ebbflow.flow.Flow;
import org.ebbflow.flow.StandardNormal;
import org.ebbflow.flow.coupling.Coupling;
import org.ebbflow.flow.coupling.SplitPrior;
import org.ebbflow.flow.image.Conv1x1;
import org.ebbflow.flow.image.Reshape;
import org.ebbflow.flow.image.Squeeze;
import org.ebbflow.flow.linear.ActNorm;
import org.ebbflow.flow.linear.ConditionalShift;
import org.ebbflow.objective.ObjectiveSettings;
import org.ebbflow.tensor.Engine;
import org.ebbflow.tensor.Rng;
import org.ebbflow.train.OptimizerSettings;
import org.ebbflow.train.ScheduleSettings;
import org.ebbflow.train.TrainSettings;

/**
 * Glow: per scale a Squeeze and K steps of ActNorm, 1×1 convolution and coupling, with half of the
 * channels handed to the base density between scales. Labels or covariates move every pixel's mean
 * before the first scale and are further channels of the couplings' networks.
 *
 * <p>Source: Kingma and Dhariwal, "Glow", 2018, arXiv:1807.03039, figure 2; trained by score
 * matching in Chao et al., 2023, arXiv:2305.15267.
 *
 * @param scales L, at least 1; the image's sides must halve that often
 * @param steps K, steps in each scale
 * @param width channels inside the couplings' networks
 * @param splitWidth channels inside the networks of the couplings between scales
 */
public record Glow(int scales, int steps, int width, int splitWidth) implements Architecture {
  static final String NAME = "glow";

  /** Checks the ranges. */
  public Glow {
    require("scales", scales);
    require("steps", steps);
    require("width", width);
    require("splitWidth", splitWidth);
  }

  private static void require(String field, int value) {
    if (value < 1) {
      throw new EbbException(field + " is " + value, "give 1 or more");
    }
  }

  /** The published 2 scales of 16 steps, width 512. */
  static Glow defaults(DataShape shape) {
    return new Glow(2, 16, 512, 512);
  }

  @Override
  public String name() {
    return NAME;
  }

  /** The logit as it is, σ = 0.1, λ = 0.1, Adam 1e−5 with decay 0.1 on matrices, clip 500. */
  @Override
  public RunConfig published(RunConfig images) {
    ObjectiveSettings o = images.objective();
    TrainSettings t = images.training();
    OptimizerSettings adam = OptimizerSettings.of("adamw", 1e-5);
    return images.with(
        new PreprocessingSettings("image", 1),
        new ObjectiveSettings(
            o.name(), o.slices(), 0.1, o.epsilon(), 0.1, o.perDimension(), o.timesDimension()),
        new TrainSettings(
            t.batch(),
            t.epochs(),
            t.steps(),
            t.minutes(),
            new OptimizerSettings(
                adam.name(),
                adam.learningRate(),
                0.1,
                adam.smoothing(),
                adam.beta1(),
                adam.beta2(),
                adam.epsilon()),
            new ScheduleSettings("constant", 0, 1, 0, List.of()),
            500,
            t.ema(),
            t.matchAfterPreprocessing(),
            t.validateEvery(),
            t.patience(),
            t.checkpointSeconds()));
  }

  @Override
  public boolean acceptsCondition() {
    return true;
  }

  @Override
  public long parameterCount(DataShape shape) {
    int given = shape.condition().size();
    double total = given == 0 ? 0 : (given + 1.0) * shape.dimension();
    int channels = shape.requireImage(NAME).channels();
    for (int scale = 0; scale < scales; scale++) {
      channels *= 4;
      double step =
          2.0 * channels
              + (double) channels * channels
              + Coupling.convolutionalParameters(channels, width, given);
      total += steps * step;
      if (scale < scales - 1) {
        total += Coupling.convolutionalParameters(channels, splitWidth, given);
        channels /= 2;
      }
    }
    return (long) total;
  }

  @Override
  public Flow build(Engine engine, DataShape shape) {
    Dataset.ImageShape image = shape.requireImage(NAME);
    shape.requireHalving(scales, NAME);
    try (Rng rng = engine.rng(INITIAL_SEED)) {
      List<Bijection> chain = new ArrayList<>();
      int given = shape.condition().size();
      if (given > 0) {
        chain.add(new ConditionalShift(engine, shape.dimension(), given));
      }
      chain.add(Reshape.toImage(image.channels(), image.height(), image.width()));
      chain.addAll(scale(0, engine, image.channels(), image.height(), image.width(), given, rng));
      return new Flow(engine, shape.dimension(), chain, new StandardNormal());
    }
  }

  /** A scale and all below it, from images to rows. */
  private List<Bijection> scale(
      int index, Engine engine, int channels, int height, int width, int given, Rng rng) {
    int c = 4 * channels;
    int h = height / 2;
    int w = width / 2;
    List<Bijection> chain = new ArrayList<>();
    chain.add(new Squeeze());
    for (int i = 0; i < steps; i++) {
      chain.add(new ActNorm(engine, c, h * w));
      chain.add(Conv1x1.orthogonal(engine, c, h * w, rng));
      chain.add(Coupling.convolutional(engine, c, this.width, given, 0.1, rng));
    }
    if (index == scales - 1) {
      chain.add(Reshape.toRows(c, h, w));
    } else {
      Coupling coupling = Coupling.convolutional(engine, c, splitWidth, given, 0, rng);
      chain.add(
          new SplitPrior(
              c, h, w, coupling, new Chain(scale(index + 1, engine, c / 2, h, w, given, rng))));
    }
    return chain;
  }
}
