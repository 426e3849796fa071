/**
 * Markov chains that draw from a flow, or from its conditional on some entries, by its score: no
 * inverse and no determinant is needed.
 */
@NullMarked
package org.ebbflow.sample;

import org.jspecify.annotations.NullMarked;
