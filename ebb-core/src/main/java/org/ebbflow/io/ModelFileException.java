package org.ebbflow.io;

import java.nio.file.Path;
import org.ebbflow.EbbException;

/** A file of a model that is missing, damaged or not what it should be; the message names it. */
public class ModelFileException extends EbbException {
  private static final long serialVersionUID = 1L;

  /**
   * @param file the file at fault
   * @param fault what is wrong with it, naming the tensor or field
   * @param remedy what to do about it, an imperative without a full stop
   */
  public ModelFileException(Path file, String fault, String remedy) {
    super(problem(file, fault), remedy);
  }

  /**
   * As {@link #ModelFileException(Path, String, String)}, with what brought it about.
   *
   * @param file the file at fault
   * @param fault what is wrong with it
   * @param remedy what to do about it
   * @param cause the exception underneath
   */
  public ModelFileException(Path file, String fault, String remedy, Throwable cause) {
    super(problem(file, fault), remedy, cause);
  }

  private static String problem(Path file, String fault) {
    return "model file " + file + ": " + fault;
  }
}
