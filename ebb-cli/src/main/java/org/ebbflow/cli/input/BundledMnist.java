package org.ebbflow.cli.input;

import java.io.InputStream;
import org.ebbflow.data.Dataset;
import org.ebbflow.data.IdxFile;
import org.jspecify.annotations.Nullable;

/** The 10,000 test images of MNIST that come with the command line, for a first run offline. */
public final class BundledMnist {
  private static final String RESOURCE = "/org/ebbflow/cli/mnist/t10k-images-idx3-ubyte.gz";

  private BundledMnist() {}

  /** 10,000 × 784 bytes, images of 28 × 28; read anew at every call. */
  public static Dataset images() {
    @Nullable InputStream in = BundledMnist.class.getResourceAsStream(RESOURCE);
    if (in == null) {
      throw new IllegalStateException("the jar lacks " + RESOURCE);
    }
    return IdxFile.read(in, "the bundled MNIST test images");
  }
}
