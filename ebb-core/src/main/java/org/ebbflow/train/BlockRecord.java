package org.ebbflow.train;

/**
 * What a block's training came to. Means over rows; the loss's parts over validation rows, in nats.
 *
 * @param phase 0 while the flow grows, then counted through rounds and refinements
 * @param block counted from 0
 * @param h step size, 0 for a free block
 * @param steps of training
 * @param seconds of training, moving the rows on not included
 * @param movement {@code (E‖x(t₁) − x(t₀)‖²)^½}, the W₂ distance the training rows move
 * @param ratio {@code E‖x(t₁) − x(t₀)‖² / E‖x(t₁)‖²}
 * @param potential {@code E[−log p_u(x(t₁))]}
 * @param divergence {@code E[−∫∇·f dt]}
 * @param penalty {@code E‖x(t₁) − x(t₀)‖²/(2h)}
 * @param nll mean negative log-likelihood of validation rows under the blocks up to this one, in
 *     data space
 * @param inversionError {@code ½E‖x − F⁻¹(F(x))‖²} over the blocks up to this one, in the
 *     preprocessed space
 */
public record BlockRecord(
    int phase,
    int block,
    double h,
    long steps,
    double seconds,
    double movement,
    double ratio,
    double potential,
    double divergence,
    double penalty,
    double nll,
    double inversionError) {}
