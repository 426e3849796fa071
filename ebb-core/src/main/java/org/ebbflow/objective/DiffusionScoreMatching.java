package org.ebbflow.objective;

import org.bytedeco.pytorch.Tensor;
import org.ebbflow.EbbException;
import org.ebbflow.flow.Flow;
import org.ebbflow.flow.ode.OdeBlock;
import org.ebbflow.flow.ode.ProbabilityFlow;
import org.ebbflow.flow.ode.VariancePreserving;
import org.ebbflow.tensor.Ops;
import org.ebbflow.tensor.Rng;
import org.jspecify.annotations.Nullable;

/**
 * {@code ‖ε(x_t, t) − n‖²/D} at {@code x_t = α(t)x + σ(t)n} for noise {@code n ~ N(0, I)} and t
 * uniform over the block's time: the scores of diffused data, {@code s = −ε/σ}, are matched by
 * denoising, weighted by σ². No equation is solved in training.
 *
 * <p>The block starts at a small time t₀ > 0, so the density learned is that of the data times
 * α(t₀) with noise of σ(t₀) on it, taken at rows without noise: a density like any other, which
 * misses structure finer than σ(t₀).
 *
 * <p>Source: Song et al., 2021, arXiv:2011.13456, section 3.3; on the noise: Ho, Jain and Abbeel,
 * 2020, arXiv:2006.11239.
 */
public record DiffusionScoreMatching() implements Objective {

  @Override
  public String name() {
    return "vp";
  }

  @Override
  public Tensor losses(Flow flow, Tensor x, @Nullable Tensor condition, Rng rng) {
    if (flow.chain().size() != 1
        || !(flow.chain().get(0) instanceof OdeBlock block)
        || !(block.field() instanceof ProbabilityFlow field)) {
      throw new EbbException(
          "the objective 'vp' trains the score of one diffusion", "use the model diffusion");
    }
    VariancePreserving process = field.process();
    double span = block.to() - block.from();
    Tensor time = Ops.add(Ops.mul(rng.uniform(x.size(0), 1), span), block.from());
    Tensor noise = rng.normalLike(x);
    Tensor diffused = x.mul(process.signal(time)).add(noise.mul(process.noise(time)));
    Tensor gap = field.noise(diffused, time, condition).sub(noise);
    return Ops.mul(Ops.dotEvent(gap, gap), 1.0 / flow.dimension());
  }
}
