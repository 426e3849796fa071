package org.ebbflow.tabular.select;

import org.ebbflow.train.TrainListener;

/** Told how the choice of a table's model goes, on the thread that fits. */
public interface FitListener {

  /** A listener that does nothing. */
  FitListener SILENT = new FitListener() {};

  /**
   * Before a training.
   *
   * @param name of the candidate, or what is done with it
   * @param done steps that an earlier run has done of it
   * @param steps of it in all
   * @return told how that training goes
   */
  default TrainListener training(String name, long done, long steps) {
    return new TrainListener() {};
  }

  /** After a candidate's training, or when it has failed. */
  default void entered(Entry entry) {}
}
