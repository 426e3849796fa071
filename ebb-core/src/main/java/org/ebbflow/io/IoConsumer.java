package org.ebbflow.io;

import java.io.IOException;

/**
 * An action on a value that may fail as files do.
 *
 * @param <T> what the action is given
 */
@FunctionalInterface
public interface IoConsumer<T> {
  /**
   * Does the action.
   *
   * @param value what to act on
   * @throws IOException when reading or writing fails
   */
  void accept(T value) throws IOException;
}
