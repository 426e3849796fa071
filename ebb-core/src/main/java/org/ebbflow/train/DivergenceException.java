package org.ebbflow.train;

import org.ebbflow.EbbException;

/** Training no longer gives finite numbers; the message names epoch, step and learning rate. */
public final class DivergenceException extends EbbException {
  private static final long serialVersionUID = 1L;
  private static final String REMEDY = "lower learningRate or set clip";

  DivergenceException(String problem) {
    super(problem, REMEDY);
  }

  DivergenceException(String problem, Throwable cause) {
    super(problem, REMEDY, cause);
  }
}
