/**
 * Bijections that act on each entry alone: activations. A new one gives its derivatives up to the
 * third and a bracket for its inverse.
 */
@NullMarked
package org.ebbflow.flow.elementwise;

import org.jspecify.annotations.NullMarked;
