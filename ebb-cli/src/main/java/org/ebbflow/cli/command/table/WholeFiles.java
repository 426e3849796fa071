package org.ebbflow.cli.command.table;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.ebbflow.EbbException;
import org.ebbflow.tabular.table.Table;
import org.ebbflow.tabular.table.TableWriter;

/**
 * Files that belong together: opened before long work, so that a place that cannot be written to is
 * told at once, and put in their places when all of them have been written.
 */
final class WholeFiles implements AutoCloseable {
  private final List<TableWriter> writers = new ArrayList<>();

  WholeFiles(List<Path> targets) {
    Set<Path> places = new HashSet<>();
    for (Path target : targets) {
      if (!places.add(target.toAbsolutePath().normalize())) {
        throw new EbbException(
            target + " would be written twice", "name a file of its own for each output");
      }
    }
    try {
      for (Path target : targets) {
        writers.add(TableWriter.create(target));
      }
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  /** Writes one table to each of the files, in their order. */
  void write(List<Table> contents) {
    for (int i = 0; i < writers.size(); i++) {
      writers.get(i).append(contents.get(i));
    }
    writers.forEach(TableWriter::commit);
  }

  /** Removes what was not put in place. */
  @Override
  public void close() {
    writers.forEach(TableWriter::close);
  }
}
