/**
 * Variational auto-encoders: a latent space in which a flow has fewer dimensions to fit.
 *
 * <p>Holds the networks, their training and their files. What is fitted to the latents belongs to
 * {@code model}. A new likelihood is a constant of {@link org.ebbflow.autoencoder.Likelihood}.
 */
@NullMarked
package org.ebbflow.autoencoder;

import org.jspecify.annotations.NullMarked;
