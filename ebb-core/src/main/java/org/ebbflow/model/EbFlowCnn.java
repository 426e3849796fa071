package org.ebbflow.model;

import java.util.ArrayList;
import java.util.List;
import org.ebbflow.EbbException;
import org.ebbflow.data.Dataset;
import org.ebbflow.flow.Bijection;
import org.ebbflow.flow.Flow;
import org.ebbflow.flow.StandardNormal;
import org.ebbflow.flow.elementwise.SmoothLeakyRelu;
import org.ebbflow.flow.image.Convolution;
import org.ebbflow.flow.image.Reshape;
import org.ebbflow.flow.image.Squeeze;
import org.ebbflow.tensor.Engine;
import org.ebbflow.tensor.Rng;

/**
 * The convolutional EBFlow: convolutions in several resolutions, with a Squeeze from one to the
 * next and SmoothLeakyRelu after every convolution but the last.
 *
 * <p>Source: Chao et al., 2023, arXiv:2305.15267, section 4 and appendix; {@link #defaults} are the
 * constants of its MNIST and CIFAR-10 experiments.
 *
 * @param resolutions how many, at least 1; the image's sides must halve that often less one
 * @param perResolution convolutions in each
 * @param kernel k, odd
 * @param alpha slope of the activation to the far left, in (0, 1]
 * @param residual whether the activations add their input
 * @param negated whether the kernels start at −identity
 * @param spectral whether the kernels are divided by their largest singular value
 */
public record EbFlowCnn(
    int resolutions,
    int perResolution,
    int kernel,
    double alpha,
    boolean residual,
    boolean negated,
    boolean spectral)
    implements Architecture {
  static final String NAME = "ebflow-cnn";

  /** Checks the ranges. */
  public EbFlowCnn {
    if (resolutions < 1 || perResolution < 1) {
      throw new EbbException(
          "resolutions is " + resolutions + " and perResolution " + perResolution,
          "give 1 or more of each");
    }
    if (kernel < 1 || kernel % 2 == 0) {
      throw new EbbException("kernel is " + kernel, "give an odd size");
    }
    SmoothLeakyRelu.requireAlpha(alpha);
  }

  /** 6 convolutions of 7×7 in 3 resolutions, α = 0.3, residual activations. */
  static EbFlowCnn defaults(DataShape shape) {
    return new EbFlowCnn(3, 2, 7, 0.3, true, false, false);
  }

  @Override
  public String name() {
    return NAME;
  }

  /** The logit is divided by 0.75. */
  @Override
  public RunConfig published(RunConfig images) {
    return images.with(
        new PreprocessingSettings("image", 0.75), images.objective(), images.training());
  }

  @Override
  public long parameterCount(DataShape shape) {
    double total = 0;
    double channels = shape.requireImage(NAME).channels();
    for (int i = 0; i < resolutions; i++) {
      total += perResolution * (channels * channels * kernel * kernel + channels);
      channels *= 4;
    }
    return (long) total;
  }

  @Override
  public Flow build(Engine engine, DataShape shape) {
    Dataset.ImageShape image = shape.requireImage(NAME);
    shape.requireHalving(resolutions - 1, NAME);
    int channels = image.channels();
    int height = image.height();
    int width = image.width();
    List<Bijection> chain = new ArrayList<>();
    chain.add(Reshape.toImage(channels, height, width));
    try (Rng rng = engine.rng(INITIAL_SEED)) {
      for (int resolution = 0; resolution < resolutions; resolution++) {
        if (resolution > 0) {
          chain.add(new Squeeze());
          channels *= 4;
          height /= 2;
          width /= 2;
        }
        for (int i = 0; i < perResolution; i++) {
          chain.add(
              Convolution.identity(
                  engine, channels, kernel, height, width, negated, spectral, rng));
          chain.add(new SmoothLeakyRelu(alpha, residual));
        }
      }
    }
    chain.set(chain.size() - 1, Reshape.toRows(channels, height, width)); // none after the last
    return new Flow(engine, shape.dimension(), chain, new StandardNormal());
  }
}
