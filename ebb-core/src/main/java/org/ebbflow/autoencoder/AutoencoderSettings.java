package org.ebbflow.autoencoder;

import java.util.List;
import org.ebbflow.EbbException;

/**
 * What a variational auto-encoder is made of.
 *
 * @param latent d, numbers in a latent
 * @param hidden widths of the encoder's hidden layers, the decoder's in reverse; none for linear
 *     maps; copied
 * @param likelihood of a row given its latent
 * @param sigma σ of the Gaussian likelihood, in the unit of the scaled rows; without effect on
 *     others
 * @param klWeight β that training multiplies the KL term by: 1 for the evidence lower bound itself,
 *     less for sharper reconstructions and latents that are farther from N(0, I)
 */
public record AutoencoderSettings(
    int latent, List<Integer> hidden, Likelihood likelihood, double sigma, double klWeight) {

  /** Checks the ranges; the list is copied. */
  public AutoencoderSettings {
    hidden = hidden == null ? List.of() : List.copyOf(hidden);
    if (latent < 1) {
      throw new EbbException("latent is " + latent, "give 1 or more");
    }
    if (hidden.stream().anyMatch(width -> width < 1)) {
      throw new EbbException("hidden is " + hidden, "give widths of 1 or more");
    }
    if (!(sigma > 0 && Double.isFinite(sigma))) {
      throw new EbbException("sigma is " + sigma, "give a positive number");
    }
    if (!(klWeight >= 0 && Double.isFinite(klWeight))) {
      throw new EbbException("klWeight is " + klWeight, "give 0 or a positive number, as 1");
    }
  }

  /** Sixteen latents, hidden layers of 512 and 256, the Bernoulli likelihood, β = 1. */
  public static AutoencoderSettings images() {
    return new AutoencoderSettings(16, List.of(512, 256), Likelihood.BERNOULLI, 1, 1);
  }

  /** How many numbers it trains on rows of D columns. */
  long parameterCount(int columns) {
    double in = columns;
    double back = columns; // in doubles, which stop at the largest long and never wrap
    double total = 0;
    for (int width : hidden) {
      total += (in + 1) * width + (width + 1.0) * back;
      in = width;
      back = width;
    }
    return (long) (total + (in + 1) * 2 * latent + (latent + 1.0) * back);
  }
}
