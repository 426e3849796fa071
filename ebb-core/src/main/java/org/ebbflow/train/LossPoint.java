package org.ebbflow.train;

/**
 * Mean training loss over the steps since the point before.
 *
 * @param step steps done
 * @param loss in the objective's unit
 */
public record LossPoint(long step, double loss) {}
