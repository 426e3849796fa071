package org.ebbflow.bench.reproduce;

import java.util.List;
import java.util.Map;

/**
 * The smallest part of an experiment that is run, kept and gone on with by itself: one training, or
 * one row of measurements.
 */
public interface Cell {

  /** Its name, also that of its folder: lower case words joined by hyphens. */
  String name();

  /** Runs it, going on from what {@link Context#folder} holds. */
  Outcome run(Context context);

  /**
   * What came out.
   *
   * @param complete whether there is nothing left to do; a cell that ran out of its minutes is
   *     asked again by the next run
   * @param table which of the experiment's tables the rows belong to
   * @param rows values by column, in the order of the columns
   */
  record Outcome(boolean complete, String table, List<Map<String, Object>> rows) {}
}
