/**
 * The training loop and what it needs: optimisers, schedules, moving averages, checkpoints, resume.
 *
 * <p>It knows no objective and no architecture by name. A new optimiser implements {@link
 * org.ebbflow.train.Optimizer} and gets a line in {@link org.ebbflow.train.OptimizerSettings}.
 */
@NullMarked
package org.ebbflow.train;

import org.jspecify.annotations.NullMarked;
