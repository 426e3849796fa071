/**
 * What is minimised: one class per objective, each turning a flow and a batch into one loss per
 * sample.
 *
 * <p>An objective knows nothing of optimisers, data files or architectures. A new one implements
 * {@link org.ebbflow.objective.Objective} here and gets a line in {@link
 * org.ebbflow.objective.ObjectiveSettings}.
 */
@NullMarked
package org.ebbflow.objective;

import org.jspecify.annotations.NullMarked;
