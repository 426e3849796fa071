/**
 * Ebb: normalizing flows on the JVM.
 *
 * <p>Holds what every package may throw, and how files are kept from an interrupt. Arrows between
 * packages go one way: model → train → objective → flow → tensor.
 */
@NullMarked
package org.ebbflow;

import org.jspecify.annotations.NullMarked;
