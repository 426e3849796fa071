package org.ebbflow.train;

import org.ebbflow.data.Dataset;
import org.ebbflow.flow.Flow;
import org.ebbflow.flow.preprocess.Preprocessing;
import org.ebbflow.objective.Objective;

/**
 * What is to be trained on what.
 *
 * @param flow trained in place
 * @param averaged a twin of the same architecture that takes the parameters' moving average; what
 *     is validated and kept
 * @param preprocessing from data rows to the flow's space
 * @param objective what is minimised
 * @param train rows to train on
 * @param validation rows to choose the best model by; never trained on
 * @param seed of initial batches, order and noise
 */
public record TrainTask(
    Flow flow,
    Flow averaged,
    Preprocessing preprocessing,
    Objective objective,
    Dataset train,
    Dataset validation,
    long seed) {}
