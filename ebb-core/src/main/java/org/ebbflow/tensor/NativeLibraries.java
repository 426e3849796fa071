package org.ebbflow.tensor;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.openblas.global.openblas_nolapack;
import org.bytedeco.pytorch.global.torch;
import org.ebbflow.EbbException;
import org.jspecify.annotations.Nullable;

/**
 * Loads libtorch once per JVM, safely from an empty native cache.
 *
 * <p>Left alone, the loader opens {@code libtorch} before {@code libtorch_cpu} has been unpacked
 * and the JVM dies; so all of the platform's files are unpacked first. Intel MKL is used where its
 * jar is on the class path and the processor is one it is fast on, else OpenBLAS; the system
 * property {@code org.bytedeco.openblas.load} overrules that ({@code mkl_rt} or {@code openblas}).
 * Both must happen before any torch class is touched.
 */
final class NativeLibraries {
  private static final String BLAS_PROPERTY = "org.bytedeco.openblas.load";
  private static final String OPENBLAS = "openblas";

  /** Values of OPENBLAS_CORETYPE. */
  private static final List<String> AVX512_KERNELS =
      List.of("SkylakeX", "Cooperlake", "SapphireRapids");

  private NativeLibraries() {}

  /**
   * How many threads OpenBLAS takes; MKL follows libtorch, and must not be asked before it does.
   * Where it stands in for MKL it takes one: its threads and libtorch's would wait for each other
   * on the same two processors.
   */
  static void setBlasThreads(int threads) {
    if (System.getProperty(BLAS_PROPERTY, OPENBLAS).equals(OPENBLAS)) {
      openblas_nolapack.blas_set_num_threads(Loaded.INSTEAD_OF_MKL ? 1 : threads);
    }
  }

  /** Loads on first call, returns at once afterwards. Thread-safe. */
  static void load() {
    Failure failure = Loaded.FAILURE;
    if (failure != null) {
      throw new EbbException(failure.problem(), failure.remedy());
    }
  }

  private record Failure(String problem, String remedy) {}

  private static final class Loaded {
    /** Whether OpenBLAS is used though MKL is there. */
    static final boolean INSTEAD_OF_MKL;

    // Kept, not thrown: an exception that leaves a static initialiser loses its type.
    static final @Nullable Failure FAILURE;

    static {
      String platform = Loader.getPlatform();
      boolean mayChoose =
          System.getProperty(BLAS_PROPERTY) == null
              && NativeLibraries.class.getResource("/org/bytedeco/mkl/" + platform + "/") != null;
      INSTEAD_OF_MKL = mayChoose && openBlasIsFaster();
      if (mayChoose && !INSTEAD_OF_MKL) {
        System.setProperty(BLAS_PROPERTY, "mkl_rt");
      }
      FAILURE = attempt(platform);
    }

    private Loaded() {}

    private static @Nullable Failure attempt(String platform) {
      try {
        if (Loader.cacheResources("/org/bytedeco/pytorch/" + platform + "/").length == 0) {
          return new Failure(
              "no libtorch for the platform " + platform + " is on the class path",
              "add org.bytedeco:pytorch with the classifier of your platform (linux-x86_64,"
                  + " macosx-arm64 or windows-x86_64)");
        }
        Loader.load(torch.class);
        if (INSTEAD_OF_MKL) {
          openblas_nolapack.blas_set_num_threads(1);
        }
        return null;
      } catch (IOException | LinkageError e) {
        return new Failure(
            "cannot unpack libtorch into the native cache (" + e.getMessage() + ")",
            "free about 1 GB or name another folder with -Dorg.bytedeco.javacpp.cachedir=FOLDER");
      }
    }

    /**
     * On AMD processors with AVX-512, where MKL multiplies by its AVX2 kernels, at half the speed;
     * if there are no more than two, which one thread of OpenBLAS is as good as, and the
     * environment does not hold OpenBLAS to older kernels.
     */
    private static boolean openBlasIsFaster() {
      if (Runtime.getRuntime().availableProcessors() > 2) {
        return false;
      }
      String kernels = System.getenv("OPENBLAS_CORETYPE");
      if (kernels != null
          && !kernels.isEmpty()
          && AVX512_KERNELS.stream().noneMatch(kernels::equalsIgnoreCase)) {
        return false;
      }
      try (Stream<String> lines = Files.lines(Path.of("/proc/cpuinfo"))) {
        List<String> first = lines.takeWhile(line -> !line.isBlank()).toList();
        return first.stream().anyMatch(line -> line.endsWith(": AuthenticAMD"))
            && first.stream().anyMatch(line -> line.contains(" avx512f "));
      } catch (IOException | UncheckedIOException e) {
        return false; // not Linux
      }
    }
  }
}
