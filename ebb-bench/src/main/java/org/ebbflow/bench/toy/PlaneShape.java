package org.ebbflow.bench.toy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import org.ebbflow.data.Dataset;
import org.jspecify.annotations.Nullable;

/**
 * Densities in the plane that block-wise flows are tried on, drawn exactly: our own drawings, and
 * the customary toys.
 *
 * @param name in lower case
 * @param halfWidth half the side of a square around the origin that holds it
 * @param draws (n, 2) for a count and a seed; equal seeds give equal draws
 * @param logDensity {@code log p(x)} in nats, or null where it is not known
 */
public record PlaneShape(
    String name, double halfWidth, Draws draws, @Nullable ToDoubleFunction<double[]> logDensity) {

  /** Draws from a density. */
  public interface Draws {
    Dataset of(int n, long seed);
  }

  /**
   * All of them.
   *
   * @param pictures folder of further pictures, each a density of its own; need not exist
   */
  public static List<PlaneShape> all(Path pictures) {
    List<PlaneShape> all = new ArrayList<>();
    all.add(picture("rose", new PictureDensity(Drawings.rose())));
    all.add(picture("tree", new PictureDensity(Drawings.tree())));
    all.add(
        new PlaneShape(
            "checkerboard",
            4,
            each(PlaneShape::checkerboard),
            x -> field(x) ? -Math.log(32) : Double.NEGATIVE_INFINITY));
    all.add(new PlaneShape("moons", 2.5, each(PlaneShape::moon), null));
    all.add(picture("rings", new PictureDensity(Drawings.rings())));
    all.add(new PlaneShape("gaussians", 4, each(PlaneShape::gaussian), null));
    all.add(new PlaneShape("pinwheel", 4, each(PlaneShape::pinwheel), null));
    for (String file : List.of("img_rose.png", "img_tree.png")) {
      Path path = pictures.resolve(file);
      if (path.toFile().isFile()) {
        String name = "published-" + file.replaceAll("img_|\\.png", "");
        all.add(picture(name, PictureDensity.read(path)));
      }
    }
    return all;
  }

  private static PlaneShape picture(String name, PictureDensity density) {
    return new PlaneShape(name, 4, density::sample, density::logDensity);
  }

  /** Mean of −log p over draws, in nats: what no model's likelihood can beat but by luck. */
  public OptionalDouble meanNegativeLogDensity(Dataset rows) {
    ToDoubleFunction<double[]> exact = logDensity;
    if (exact == null) {
      return OptionalDouble.empty();
    }
    double sum = 0;
    for (double[] row : rows(rows)) {
      sum -= exact.applyAsDouble(row) / rows.rows();
    }
    return OptionalDouble.of(sum);
  }

  /** The numbers of a data set. */
  public static double[][] rows(Dataset data) {
    double[][] rows = new double[data.rows()][data.columns()];
    for (int i = 0; i < rows.length; i++) {
      data.gather(new int[] {i}, rows[i]);
    }
    return rows;
  }

  private static Draws each(Function<SplittableRandom, double[]> one) {
    return (n, seed) -> {
      SplittableRandom random = new SplittableRandom(seed);
      double[][] rows = new double[n][];
      Arrays.setAll(rows, i -> one.apply(random));
      return Dataset.of(rows);
    };
  }

  /** Uniform on the dark ones of 4 × 4 fields of side 2. */
  private static double[] checkerboard(SplittableRandom random) {
    while (true) {
      double[] x = {random.nextDouble(-4, 4), random.nextDouble(-4, 4)};
      if (field(x)) {
        return x;
      }
    }
  }

  private static boolean field(double[] x) {
    return Math.abs(x[0]) <= 4
        && Math.abs(x[1]) <= 4
        && Math.floorMod((int) Math.floor(x[0] / 2) + (int) Math.floor(x[1] / 2), 2) == 0;
  }

  /** Two half circles of radius 1 that reach into each other, with noise of 0.1. */
  private static double[] moon(SplittableRandom random) {
    double angle = random.nextDouble(Math.PI);
    boolean upper = random.nextBoolean();
    double x = upper ? Math.cos(angle) : 1 - Math.cos(angle);
    double y = upper ? Math.sin(angle) : 0.5 - Math.sin(angle);
    return new double[] {
      x - 0.5 + 0.1 * random.nextGaussian(), y - 0.25 + 0.1 * random.nextGaussian()
    };
  }

  /** Eight normals of deviation 0.2 on a circle of radius 3. */
  private static double[] gaussian(SplittableRandom random) {
    double angle = random.nextInt(8) * Math.PI / 4;
    return new double[] {
      3 * Math.cos(angle) + 0.2 * random.nextGaussian(),
      3 * Math.sin(angle) + 0.2 * random.nextGaussian()
    };
  }

  /** Five arms that bend as they go out. */
  private static double[] pinwheel(SplittableRandom random) {
    double radial = 1 + 0.3 * random.nextGaussian();
    double tangential = 0.1 * random.nextGaussian();
    double angle = 2 * Math.PI * random.nextInt(5) / 5 + 0.25 * Math.exp(radial);
    return new double[] {
      2 * (radial * Math.cos(angle) - tangential * Math.sin(angle)),
      2 * (radial * Math.sin(angle) + tangential * Math.cos(angle))
    };
  }

  /** Its name. */
  @Override
  public String toString() {
    return name.toLowerCase(Locale.ROOT);
  }
}
