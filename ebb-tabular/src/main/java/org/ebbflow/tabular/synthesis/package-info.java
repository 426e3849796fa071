/** Synthetic rows under conditions: what a model draws, filtered or balanced. */
@NullMarked
package org.ebbflow.tabular.synthesis;

import org.jspecify.annotations.NullMarked;
