package org.ebbflow.bench.data;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.ebbflow.EbbException;
import org.ebbflow.bench.reproduce.Setup;
import org.ebbflow.cli.input.BundledMnist;
import org.ebbflow.data.Dataset;
import org.ebbflow.data.IdxFile;

/**
 * MNIST, each image with its label as condition: ten columns, one of them 1 and the others 0.
 *
 * @param rows the first 50,000 training images to train on, the last 10,000 to choose by
 * @param test the 10,000 test images, never trained on nor chosen by
 */
public record Digits(Dataset.Split rows, Dataset test) {
  /** How many digits there are. */
  public static final int CLASSES = 10;

  private static final int VALIDATION = 10_000;

  /**
   * Reads them; in the quick form 600, 100 and 100 of the images that come with Ebb.
   *
   * @throws EbbException if the files are not there
   */
  public static Digits load(Setup setup) {
    if (setup.quick()) {
      Dataset all = labelled(BundledMnist.images(), BundledMnist.labels());
      return new Digits(split(part(all, 0, 700), 100), part(all, 700, 800));
    }
    Path folder = setup.data().resolve("mnist");
    for (String name : List.of("train-images-idx3", "train-labels-idx1")) {
      Path file = folder.resolve(name + "-ubyte.gz");
      if (!Files.exists(file)) {
        throw new EbbException("there is no " + file, "fetch it by: ebb data fetch mnist");
      }
    }
    return new Digits(split(read(folder, "train"), VALIDATION), read(folder, "t10k"));
  }

  private static Dataset read(Path folder, String part) {
    return labelled(
        IdxFile.read(folder.resolve(part + "-images-idx3-ubyte.gz")),
        IdxFile.read(folder.resolve(part + "-labels-idx1-ubyte.gz")));
  }

  private static Dataset labelled(Dataset images, Dataset labels) {
    return images.withCondition(
        oneHot(IntStream.range(0, labels.rows()).map(i -> (int) labels.value(i, 0)).toArray()));
  }

  private static Dataset.Split split(Dataset all, int validation) {
    int n = all.rows();
    return new Dataset.Split(part(all, 0, n - validation), part(all, n - validation, n));
  }

  /** Rows {@code from} (inclusive) to {@code to} (exclusive). */
  public static Dataset part(Dataset data, int from, int to) {
    return data.subset(IntStream.range(from, to).toArray());
  }

  /** One row for each label, 1 in the label's column. */
  public static Dataset oneHot(int[] labels) {
    double[][] rows = new double[labels.length][CLASSES];
    for (int i = 0; i < labels.length; i++) {
      rows[i][labels[i]] = 1;
    }
    return Dataset.of(rows)
        .withColumnNames(IntStream.range(0, CLASSES).mapToObj(digit -> "is " + digit).toList());
  }

  /** The label of each row of {@link #oneHot}. */
  public static int[] labels(Dataset oneHot) {
    return IntStream.range(0, oneHot.rows())
        .map(
            i ->
                IntStream.range(0, CLASSES)
                    .filter(digit -> oneHot.value(i, digit) == 1)
                    .findFirst()
                    .orElseThrow())
        .toArray();
  }
}
