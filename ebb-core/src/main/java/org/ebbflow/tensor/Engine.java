package org.ebbflow.tensor;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.Arrays;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.ebbflow.EbbException;

/**
 * Where tensors come from: an element type, a device and the copies between Java arrays and native
 * memory.
 *
 * <p>Making the first engine loads libtorch. Engines are immutable and may be shared by threads.
 * The thread count is libtorch's own and so is shared by all engines of a JVM; it changes the last
 * digits of sums.
 */
public final class Engine {
  private final DType dtype;
  private final Device device;
  private final LinearAlgebra linearAlgebra;

  private Engine(DType dtype, String device) {
    NativeLibraries.load();
    this.dtype = dtype;
    try (Scope scope = Scope.open()) {
      this.device = Scope.own(new Device(device));
      // A device's name parses wherever it is not; only a tensor there tells.
      torch.zeros(1).to(this.device, dtype.scalarType());
    } catch (RuntimeException e) {
      throw new EbbException(
          "there is no device '" + device + "' here",
          "use cpu, or cuda with libtorch's GPU build on the class path",
          e);
    }
    this.linearAlgebra = new LinearAlgebra();
  }

  /** An engine on the processor in single precision. */
  public static Engine cpu() {
    return cpu(DType.FLOAT32);
  }

  /** An engine on the processor. */
  public static Engine cpu(DType dtype) {
    return new Engine(dtype, "cpu");
  }

  /**
   * An engine on a device.
   *
   * @param device {@code cpu} or, with the GPU build of libtorch on the class path, {@code cuda}
   * @throws EbbException if there is no such device
   */
  public static Engine on(String device, DType dtype) {
    return new Engine(dtype, device);
  }

  /** Sets how many threads libtorch uses in this JVM, for all engines. */
  public void setThreads(int threads) {
    requirePositive(threads);
    Parallel.setThreads(threads);
    NativeLibraries.setBlasThreads(threads);
  }

  /**
   * Sets how many threads libtorch uses for what the current thread asks of it, until the result is
   * closed there; other threads keep theirs, but for OpenBLAS's, which the whole JVM has in common.
   * Within a piece of {@link Parallel}, which has one thread, nothing is set.
   */
  public Parallel.Limit limitThreads(int threads) {
    requirePositive(threads);
    if (Parallel.inPiece()) {
      return () -> {};
    }
    Parallel.Limit limit = Parallel.limit(threads);
    NativeLibraries.setBlasThreads(threads);
    return () -> {
      limit.close();
      NativeLibraries.setBlasThreads(threads());
    };
  }

  private static void requirePositive(int threads) {
    if (threads < 1) {
      throw new EbbException("threads is " + threads, "give 1 or more");
    }
  }

  /** How many threads libtorch uses; one within a piece of {@link Parallel}. */
  public int threads() {
    return Parallel.width();
  }

  /** Element type of this engine's tensors. */
  public DType dtype() {
    return dtype;
  }

  /** Factorisations and solves. */
  public LinearAlgebra linearAlgebra() {
    return linearAlgebra;
  }

  /** A generator of its own, seeded. */
  public Rng rng(long seed) {
    return new Rng(this, seed);
  }

  /** Versions of what computes, for a model's provenance. */
  public static String version() {
    NativeLibraries.load();
    return "libtorch "
        + libtorchVersion()
        + " ("
        + Loader.getPlatform()
        + ", "
        + System.getProperty("org.bytedeco.openblas.load", "openblas")
        + ")";
  }

  /** Copies an array of single-precision numbers into a tensor of this engine's element type. */
  public Tensor tensor(float[] values, long... shape) {
    requireLength(values.length, shape);
    Tensor host = torch.empty(shape, options(ScalarType.Float), null);
    FloatBuffer buffer = host.createBuffer();
    buffer.put(values);
    return host.to(device, scalarType());
  }

  /** Copies an array of double-precision numbers into a tensor of this engine's element type. */
  public Tensor tensor(double[] values, long... shape) {
    return exact(values, shape).to(device, scalarType());
  }

  /** Copies an array into a double-precision tensor, whatever the engine's element type. */
  public Tensor exact(double[] values, long... shape) {
    requireLength(values.length, shape);
    Tensor host = torch.empty(shape, options(ScalarType.Double), null);
    DoubleBuffer buffer = host.createBuffer();
    buffer.put(values);
    return host.to(device, ScalarType.Double);
  }

  /** Copies unsigned bytes into a tensor of this engine's element type, values 0 to 255. */
  public Tensor bytes(byte[] values, long... shape) {
    requireLength(values.length, shape);
    Tensor host = torch.empty(shape, options(ScalarType.Byte), null);
    ByteBuffer buffer = host.createBuffer();
    buffer.put(values);
    return host.to(device, scalarType());
  }

  /** Copies row numbers into an index tensor. */
  public Tensor indices(long[] values) {
    Tensor host = torch.empty(new long[] {values.length}, options(ScalarType.Long), null);
    LongBuffer buffer = host.createBuffer();
    buffer.put(values);
    return host.to(device, ScalarType.Long);
  }

  /** A tensor of zeros. */
  public Tensor zeros(long... shape) {
    Tensor zeros = empty(shape);
    zeros.zero_(); // in-place operations give a reference that does not own; keep the owner
    return zeros;
  }

  /** A tensor filled with one value. */
  public Tensor full(double value, long... shape) {
    return Ops.add(zeros(shape), value);
  }

  /** The n × n identity matrix. */
  public Tensor identity(long n) {
    return torch.eye(n).to(device, scalarType());
  }

  /** Copies a tensor's entries, row-major, into a Java array of single precision. */
  public static float[] floats(Tensor x) {
    try (Scope scope = Scope.open()) {
      float[] values = new float[Math.toIntExact(x.numel())];
      FloatBuffer buffer = x.detach().cpu().to(ScalarType.Float).contiguous().createBuffer();
      buffer.get(values);
      return values;
    }
  }

  /** Copies a tensor's entries, row-major, into a Java array of double precision. */
  public static double[] doubles(Tensor x) {
    try (Scope scope = Scope.open()) {
      double[] values = new double[Math.toIntExact(x.numel())];
      DoubleBuffer buffer = x.detach().cpu().to(ScalarType.Double).contiguous().createBuffer();
      buffer.get(values);
      return values;
    }
  }

  /** Copies an index tensor into a Java array. */
  public static long[] longs(Tensor x) {
    try (Scope scope = Scope.open()) {
      long[] values = new long[Math.toIntExact(x.numel())];
      LongBuffer buffer = x.detach().cpu().to(ScalarType.Long).contiguous().createBuffer();
      buffer.get(values);
      return values;
    }
  }

  /** {@code x} in this engine's element type and on its device; recorded by autograd. */
  public Tensor convert(Tensor x) {
    return x.to(device, scalarType());
  }

  /**
   * A trainable copy of {@code initial} in this engine's element type, outside all scopes; it lives
   * until it is collected.
   */
  public Tensor parameter(Tensor initial) {
    try (Scope scope = Scope.open();
        Autograd.Mode off = Autograd.off()) {
      Tensor parameter = convert(initial).contiguous().clone();
      parameter.requires_grad_(true);
      return Scope.own(parameter);
    }
  }

  private static String libtorchVersion() {
    try {
      return Loader.getVersion("org.bytedeco", "pytorch");
    } catch (IOException e) {
      return "of unknown version"; // shaded into another jar
    }
  }

  Tensor empty(long... shape) {
    return torch.empty(shape, options(scalarType()), null);
  }

  Device device() {
    return device;
  }

  ScalarType scalarType() {
    return dtype.scalarType();
  }

  private static void requireLength(int length, long[] shape) {
    long expected = 1;
    for (long axis : shape) {
      expected = Math.multiplyExact(expected, axis);
    }
    if (length != expected) {
      throw new IllegalArgumentException(
          length + " values for a tensor of shape " + Arrays.toString(shape));
    }
  }

  static TensorOptions options(ScalarType type) {
    return new TensorOptions().dtype(new ScalarTypeOptional(type));
  }
}
