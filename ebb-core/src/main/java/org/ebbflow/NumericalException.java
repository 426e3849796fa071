package org.ebbflow;

/**
 * Numbers with which a computation cannot be carried out: a singular matrix, an equation whose
 * solver does not get to its end. Other numbers may do, so that training passes over a step that
 * ends like this.
 */
public class NumericalException extends EbbException {
  private static final long serialVersionUID = 1L;

  /**
   * @param problem what cannot be computed, naming the layer
   * @param remedy what to do about it, an imperative without a full stop
   */
  public NumericalException(String problem, String remedy) {
    super(problem, remedy);
  }

  /**
   * As {@link #NumericalException(String, String)}, with what brought it about.
   *
   * @param problem what cannot be computed
   * @param remedy what to do about it
   * @param cause the exception underneath
   */
  public NumericalException(String problem, String remedy, Throwable cause) {
    super(problem, remedy, cause);
  }
}
