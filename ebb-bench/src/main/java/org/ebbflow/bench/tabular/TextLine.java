package org.ebbflow.bench.tabular;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.ebbflow.data.DataException;
import org.ebbflow.data.InputFile;

/**
 * A line of a text file of numbers, which are parted by commas, semicolons or white space.
 *
 * @param file where it is from
 * @param number counted from 1
 * @param text without white space at either end
 */
record TextLine(Path file, long number, String text) {
  private static final Pattern SEPARATOR = Pattern.compile("\\s*[,;]\\s*|\\s+");

  /**
   * Passes on the lines of a file, plain or gzip, that are not blank, one at a time.
   *
   * @throws DataException if the file cannot be read
   */
  static void each(Path file, Consumer<TextLine> consumer) {
    try (BufferedReader reader =
        new BufferedReader(
            new InputStreamReader(InputFile.of(file).open(), StandardCharsets.UTF_8))) {
      long number = 0;
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        number++;
        if (!line.isBlank()) {
          consumer.accept(new TextLine(file, number, line.strip()));
        }
      }
    } catch (IOException e) {
      throw new DataException("cannot read " + file, "check the file", e);
    }
  }

  /** What stands between the separators; an empty cell is an empty text. */
  String[] cells() {
    return SEPARATOR.split(text, -1);
  }

  /** All cells as numbers, at least so many. */
  double[] numbers(int least) {
    String[] cells = cells();
    if (cells.length < least) {
      throw new DataException(
          "line %d of %s has %d numbers, not %d".formatted(number, file, cells.length, least),
          "use the raw file as it was published");
    }
    double[] numbers = new double[cells.length];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = value(cells[i]);
    }
    return numbers;
  }

  /** A cell of this line as a number. */
  double value(String cell) {
    try {
      return Double.parseDouble(cell);
    } catch (NumberFormatException e) {
      throw new DataException(
          "'%s' in line %d of %s is no number".formatted(cell, number, file), "check the file", e);
    }
  }
}
