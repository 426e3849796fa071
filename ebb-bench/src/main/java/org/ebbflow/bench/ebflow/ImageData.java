package org.ebbflow.bench.ebflow;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.ebbflow.EbbException;
import org.ebbflow.bench.reproduce.Setup;
import org.ebbflow.cli.input.BundledMnist;
import org.ebbflow.data.CifarFile;
import org.ebbflow.data.Dataset;
import org.ebbflow.data.IdxFile;

/**
 * Images to train, validate and test on.
 *
 * @param title what tables call them
 * @param rows split by the seed
 * @param test never trained on nor chosen by
 */
record ImageData(String title, Dataset.Split rows, Dataset test) {
  private static final int MNIST_VALIDATION = 10_000;

  /**
   * MNIST, 50,000 to train on, 10,000 and 10,000; in the quick form 350, 50 and 50 of the images
   * that come with Ebb.
   *
   * @throws EbbException if the files are not there
   */
  static ImageData mnist(Setup setup) {
    if (setup.quick()) {
      Dataset all = BundledMnist.images();
      Dataset.Split few = all.subset(IntStream.range(0, 400).toArray()).split(50, setup.seed());
      return new ImageData("MNIST", few, all.subset(IntStream.range(400, 450).toArray()));
    }
    Path folder = setup.data().resolve("mnist");
    Path train = folder.resolve("train-images-idx3-ubyte.gz");
    if (!Files.exists(train)) {
      throw new EbbException("there is no " + train, "fetch it by: ebb data fetch mnist");
    }
    Dataset.Split rows = IdxFile.read(train).split(MNIST_VALIDATION, setup.seed());
    return new ImageData("MNIST", rows, IdxFile.read(folder.resolve("t10k-images-idx3-ubyte.gz")));
  }

  /**
   * CIFAR-10 in its binary form, its training images also mirrored; or else a stand-in that went
   * through JPEG, whose likelihoods compare only with each other.
   *
   * @throws EbbException if the files are not there
   */
  static ImageData cifar(Setup setup) {
    Path binary = setup.data().resolve("cifar-10-batches-bin");
    Path stand = setup.data().resolve("cifar10-jpeg");
    if (Files.isDirectory(binary)) {
      List<Path> batches =
          IntStream.rangeClosed(1, 5)
              .mapToObj(i -> binary.resolve("data_batch_" + i + ".bin"))
              .toList();
      return cifar(
          "CIFAR-10", batches, List.of(binary.resolve("test_batch.bin")), 10_000, setup.seed());
    }
    if (Files.isDirectory(stand)) {
      return cifar(
          "CIFAR-10 (JPEG)",
          List.of(stand.resolve("train_10000.bin.gz")),
          List.of(stand.resolve("test_2000.bin.gz")),
          1_000,
          setup.seed());
    }
    throw new EbbException(
        "there is no " + binary, "put the binary form of CIFAR-10 there, or name --data");
  }

  private static ImageData cifar(
      String title, List<Path> train, List<Path> test, int validation, long seed) {
    Dataset.Split rows = CifarFile.read(train).split(validation, seed);
    return new ImageData(
        title,
        new Dataset.Split(withMirrored(rows.train()), rows.validation()),
        CifarFile.read(test));
  }

  /** Each image, and after all of them each one's mirror image. */
  static Dataset withMirrored(Dataset images) {
    Dataset.ImageShape shape = images.imageShape().orElseThrow();
    int columns = images.columns();
    int n = images.rows();
    byte[] all = new byte[Math.multiplyExact(2 * n, columns)];
    byte[] row = new byte[columns];
    for (int i = 0; i < n; i++) {
      images.gather(new int[] {i}, row);
      System.arraycopy(row, 0, all, i * columns, columns);
      for (int at = 0; at < columns; at++) {
        int x = at % shape.width();
        all[(n + i) * columns + at - x + shape.width() - 1 - x] = row[at];
      }
    }
    return Dataset.ofBytes(all, 2 * n, columns).withImageShape(shape);
  }
}
