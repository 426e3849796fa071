package org.ebbflow.train;

/**
 * A validation of the averaged parameters.
 *
 * @param step steps done
 * @param nll mean negative log-likelihood in nats, in data space
 * @param standardError of it
 * @param seconds of training until then
 */
public record ValidationPoint(long step, double nll, double standardError, double seconds) {}
