package org.ebbflow;

/**
 * A mistake that whoever called can mend: a bad value, a bad file, a run that diverged.
 *
 * <p>The message is one line that names the thing at fault, then what to do about it. The command
 * line prints it as it stands and exits with code 2; anything else that is thrown is a defect of
 * Ebb's own.
 */
public class EbbException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * @param problem what is wrong, naming the file, row, column, field, layer or step
   * @param remedy what to do about it, an imperative without a full stop
   */
  public EbbException(String problem, String remedy) {
    super(problem + "; " + remedy);
  }

  /**
   * As {@link #EbbException(String, String)}, with what brought it about.
   *
   * @param problem what is wrong
   * @param remedy what to do about it
   * @param cause the exception underneath
   */
  public EbbException(String problem, String remedy, Throwable cause) {
    super(problem + "; " + remedy, cause);
  }
}
