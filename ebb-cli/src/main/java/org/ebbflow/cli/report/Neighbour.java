package org.ebbflow.cli.report;

/**
 * A row found near a sample.
 *
 * @param row its number in the table, from 0
 * @param distance the Euclidean distance to the sample
 */
public record Neighbour(int row, double distance) {}
