/**
 * One column given the others, from a joint density of normal scores: what imputation draws from
 * and explanations weigh with.
 */
@NullMarked
package org.ebbflow.tabular.conditional;

import org.jspecify.annotations.NullMarked;
