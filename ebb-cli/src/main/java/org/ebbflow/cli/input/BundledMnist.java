package org.ebbflow.cli.input;

import java.io.InputStream;
import org.ebbflow.data.Dataset;
import org.ebbflow.data.IdxFile;
import org.jspecify.annotations.Nullable;

/** The 10,000 test images of MNIST that come with the command line, for a first run offline. */
public final class BundledMnist {
  private static final String FOLDER = "/org/ebbflow/cli/mnist/";

  private BundledMnist() {}

  /** 10,000 × 784 bytes, images of 28 × 28; read anew at every call. */
  public static Dataset images() {
    return read("t10k-images-idx3-ubyte.gz", "the bundled MNIST test images");
  }

  /**
   * 10,000 × 1 bytes, the digit that each of the {@link #images} shows; read anew at every call.
   */
  public static Dataset labels() {
    return read("t10k-labels-idx1-ubyte.gz", "the bundled MNIST test labels");
  }

  private static Dataset read(String file, String name) {
    @Nullable InputStream in = BundledMnist.class.getResourceAsStream(FOLDER + file);
    if (in == null) {
      throw new IllegalStateException("the jar lacks " + FOLDER + file);
    }
    return IdxFile.read(in, name);
  }
}
