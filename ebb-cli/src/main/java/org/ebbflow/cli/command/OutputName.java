package org.ebbflow.cli.command;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Locale;
import org.ebbflow.EbbException;

/** What files that are written may be called. */
public final class OutputName {
  private OutputName() {}

  /**
   * Refuses to write over what is read.
   *
   * @param option that names the file to write
   * @param out the file
   * @param inputs files that are read; patterns among them are let pass
   * @throws EbbException if it is one of them
   */
  public static void requireOther(String option, Path out, Collection<String> inputs) {
    for (String input : inputs) {
      if (isSame(out, input)) {
        throw new EbbException(
            "%s, which %s writes, is also read and would be lost".formatted(out, option),
            "name another file");
      }
    }
  }

  private static boolean isSame(Path out, String input) {
    try {
      Path path = Path.of(input);
      return Files.isRegularFile(path) && Files.exists(out) && Files.isSameFile(path, out);
    } catch (InvalidPathException | IOException e) {
      return false; // no file of that name, or one that reading will tell of
    }
  }

  /**
   * Refuses names that promise what is not written: what is no CSV.
   *
   * @throws EbbException unless the name ends in .csv or .csv.gz, or is no file's, as of a device
   */
  static void requireCsv(Path out, String alsoAllowed) {
    String name = out.toString().toLowerCase(Locale.ROOT);
    boolean device = Files.exists(out) && !Files.isRegularFile(out);
    if (!device && !name.endsWith(".csv") && !name.endsWith(".csv.gz")) {
      throw new EbbException(
          "--out " + out + " has none of the known endings", "use .csv or .csv.gz" + alsoAllowed);
    }
  }
}
