package org.ebbflow.data;

import org.ebbflow.EbbException;

/** Data that cannot be used as they are: a damaged file, a bad cell, a row that is not there. */
public class DataException extends EbbException {
  private static final long serialVersionUID = 1L;

  /**
   * @param problem what is wrong, naming the file, row and column
   * @param remedy what to do about it, an imperative without a full stop
   */
  public DataException(String problem, String remedy) {
    super(problem, remedy);
  }

  /**
   * As {@link #DataException(String, String)}, with what brought it about.
   *
   * @param problem what is wrong
   * @param remedy what to do about it
   * @param cause the exception underneath
   */
  public DataException(String problem, String remedy, Throwable cause) {
    super(problem, remedy, cause);
  }
}
