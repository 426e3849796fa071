package org.ebbflow.bench.reproduce;

import java.util.List;

/**
 * One experiment of a paper: cells that do not depend on each other, and pictures of their results.
 */
public interface Experiment {

  /** The name it goes by on the command line. */
  String name();

  /** One line for the list of experiments: what is compared on what. */
  String description();

  /** Its cells, in the order of the table. */
  List<Cell> cells(Setup setup);

  /**
   * Draws pictures of all that is done so far into {@link Results#folder}.
   *
   * @param results of the cells that are done or part done
   */
  default void illustrate(Results results) {}
}
