/**
 * Differentiable maps that are not bijections: what couplings and velocity fields are made of. A
 * new one is written in jet operations, so that density, score and score matching share it; where
 * couplings are to be differentiated by hand through it, it also gives a {@link
 * org.ebbflow.flow.Trace}.
 */
@NullMarked
package org.ebbflow.flow.network;

import org.jspecify.annotations.NullMarked;
