/**
 * Couplings: bijections that move one part of their input by what a network makes of the other.
 * They take a condition where they are told its size.
 */
@NullMarked
package org.ebbflow.flow.coupling;

import org.jspecify.annotations.NullMarked;
