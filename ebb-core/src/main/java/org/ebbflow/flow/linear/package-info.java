/**
 * Bijections with a Jacobian that is the same everywhere: dense matrices, permutations, ActNorm.
 *
 * <p>Determinants and inverses are computed here and nowhere else, on demand; those of full
 * matrices are kept until a parameter changes.
 */
@NullMarked
package org.ebbflow.flow.linear;

import org.jspecify.annotations.NullMarked;
