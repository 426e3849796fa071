package org.ebbflow.bench.reproduce;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.ebbflow.io.AtomicFile;

/**
 * What an experiment's folder holds of its cells: a file of rows each, and what the cells keep
 * beside it.
 *
 * @param folder of the experiment
 * @param setup that the cells were run with
 * @param cells of the experiment, in order
 */
public record Results(Path folder, Setup setup, List<Cell> cells) {

  /** The folder of a cell, whether it exists or not. */
  public Path folder(Cell cell) {
    return folder.resolve(cell.name());
  }

  /** A file of a cell's folder, whether it exists or not. */
  public Path file(Cell cell, String name) {
    return folder(cell).resolve(name);
  }

  /** The cells that have left a file of this name, in order. */
  public List<Cell> having(String name) {
    return cells.stream().filter(cell -> Files.isRegularFile(file(cell, name))).toList();
  }

  /** All rows so far by table, in the order of the cells. */
  public Map<String, List<Map<String, Object>>> tables() {
    Map<String, List<Map<String, Object>>> tables = new LinkedHashMap<>();
    for (Cell cell : cells) {
      CellFile.read(folder(cell))
          .ifPresent(
              file ->
                  tables
                      .computeIfAbsent(file.table(), name -> new ArrayList<>())
                      .addAll(file.rows()));
    }
    return tables;
  }

  /** The rows of one table, none if there is no such table yet. */
  public List<Map<String, Object>> table(String name) {
    return tables().getOrDefault(name, List.of());
  }

  /** Writes rows as {@code NAME.csv} and {@code NAME.md} into the experiment's folder. */
  public void writeTable(String name, List<Map<String, Object>> rows) {
    ResultTable table = new ResultTable(rows);
    write(name + ".csv", table.csv().getBytes(StandardCharsets.UTF_8));
    write(name + ".md", table.markdown().getBytes(StandardCharsets.UTF_8));
  }

  /** Writes a file into the experiment's folder, atomically. */
  public void write(String name, byte[] content) {
    AtomicFile.write(folder.resolve(name), content);
  }
}
