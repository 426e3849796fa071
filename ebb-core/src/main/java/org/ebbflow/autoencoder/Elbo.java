package org.ebbflow.autoencoder;

/**
 * The evidence lower bound {@code E_q[log p(x | z)] − KL(q(z | x) ‖ p(z)) ≤ log p(x)}, mean over
 * rows, in nats; the expectation by one draw a row.
 *
 * @param reconstruction mean of log p(x | z)
 * @param kl mean of the KL term
 * @param standardError of their difference
 * @param rows how many
 */
public record Elbo(double reconstruction, double kl, double standardError, int rows) {
  /** {@code reconstruction − kl}. */
  public double value() {
    return reconstruction - kl;
  }
}
