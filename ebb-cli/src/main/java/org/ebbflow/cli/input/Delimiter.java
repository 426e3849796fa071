package org.ebbflow.cli.input;

import java.util.ArrayList;
import java.util.List;

/** What separates the fields of a table, judged by its first lines. */
final class Delimiter {
  /**
   * In order of trust: in a table of numbers a tab, a semicolon or a bar cannot be anything else; a
   * comma may be a decimal comma.
   */
  private static final char[] CANDIDATES = {'\t', ';', '|', ','};

  private Delimiter() {}

  /**
   * Chooses the first candidate found equally often in all lines, else the one found most often
   * after the first line.
   *
   * @param sample the beginning of a file, ending with a line
   * @return tab, semicolon, bar or comma; comma if there is none of them
   */
  static char of(String sample) {
    List<String> lines = new ArrayList<>();
    sample.lines().filter(line -> !line.isBlank()).forEach(lines::add);
    if (lines.isEmpty()) {
      return ',';
    }
    for (char candidate : CANDIDATES) {
      int first = count(lines.get(0), candidate);
      if (first > 0 && lines.stream().allMatch(line -> count(line, candidate) == first)) {
        return candidate;
      }
    }
    // Ragged rows, or a single column whose name has one of these in it: names are no evidence.
    List<String> numbers = lines.subList(lines.size() > 1 ? 1 : 0, lines.size());
    char best = ',';
    for (char candidate : CANDIDATES) {
      if (count(numbers, candidate) > count(numbers, best)) {
        best = candidate;
      }
    }
    return best;
  }

  private static long count(List<String> lines, char candidate) {
    return lines.stream().mapToLong(line -> count(line, candidate)).sum();
  }

  private static int count(String line, char candidate) {
    int count = 0;
    boolean quoted = false;
    for (int i = 0; i < line.length(); i++) {
      char c = line.charAt(i);
      quoted ^= c == '"';
      count += c == candidate && !quoted ? 1 : 0;
    }
    return count;
  }
}
