import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Random;

/**
 * Makes the example tables: readings of a pump's temperature, pressure and vibration that go
 * together, and new readings of which the last five do not, though each number alone is usual.
 *
 * <p>{@code java examples/Sensors.java FOLDER}
 */
public final class Sensors {
  private static final int TRAINING_ROWS = 4000;
  private static final int NEW_ROWS = 95;
  private static final double[][] BROKEN = {
    {44, 4.9, 1.9}, {76, 2.9, 0.5}, {60, 4.8, 0.6}, {52, 3.4, 2.3}, {71, 3.2, 2.2}
  };

  private Sensors() {}

  /** Writes sensors.csv and sensors-new.csv. */
  public static void main(String[] args) throws IOException {
    Path folder = Path.of(args.length > 0 ? args[0] : "examples");
    Random random = new Random(7);
    try (PrintWriter out = open(folder.resolve("sensors.csv"))) {
      for (int i = 0; i < TRAINING_ROWS; i++) {
        print(out, usual(random));
      }
    }
    try (PrintWriter out = open(folder.resolve("sensors-new.csv"))) {
      for (int i = 0; i < NEW_ROWS; i++) {
        print(out, usual(random));
      }
      for (double[] row : BROKEN) {
        print(out, row);
      }
    }
  }

  private static double[] usual(Random random) {
    double load = random.nextGaussian();
    double temperature = 60 + 8 * load + random.nextGaussian();
    double pressure = 3.5 + 0.5 * load + 0.15 * load * load + 0.1 * random.nextGaussian();
    double vibration = Math.exp(0.4 * load + 0.15 * random.nextGaussian());
    return new double[] {temperature, pressure, vibration};
  }

  private static PrintWriter open(Path file) throws IOException {
    PrintWriter out = new PrintWriter(Files.newBufferedWriter(file));
    out.println("temperature,pressure,vibration");
    return out;
  }

  private static void print(PrintWriter out, double[] row) {
    out.println(String.format(Locale.ROOT, "%.2f,%.3f,%.4f", row[0], row[1], row[2]));
  }
}
