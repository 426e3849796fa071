package org.ebbflow.train;

import java.util.function.Function;
import org.ebbflow.data.Dataset;
import org.ebbflow.flow.BaseDensity;
import org.ebbflow.flow.ode.OdeBlock;
import org.ebbflow.flow.preprocess.Preprocessing;
import org.ebbflow.objective.OdeNumerics;
import org.ebbflow.tensor.Engine;

/**
 * What flow is to be grown on what.
 *
 * @param engine where
 * @param dimension D
 * @param blocks makes a fresh block for a span; equal calls give equal blocks
 * @param base what the data are moved to
 * @param numerics how blocks are integrated in training
 * @param preprocessing from data rows to the flow's space
 * @param train rows to train on
 * @param validation rows that each block is measured by; never trained on
 * @param seed of order and noise
 */
public record GrowthTask(
    Engine engine,
    int dimension,
    Function<BlockSpan, OdeBlock> blocks,
    BaseDensity base,
    OdeNumerics numerics,
    Preprocessing preprocessing,
    Dataset train,
    Dataset validation,
    long seed) {}
