package org.ebbflow.tensor;

import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.openblas.global.openblas;
import org.bytedeco.pytorch.T_TensorTensorTensor_T;
import org.bytedeco.pytorch.T_TensorTensor_T;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.ebbflow.NumericalException;

/**
 * The O(D³) work: factorisations of dense matrices, and solves with them.
 *
 * <p>All but small matrices are worked on by a thread with a large stack, because LAPACK without
 * MKL overflows the default one and takes the JVM down. Calls are counted, so that a test can hold
 * training by score matching to none. Thread-safe.
 */
public final class LinearAlgebra {
  static final long STACK_BYTES = 64L << 20;

  /**
   * Up to this size LAPACK works in one thread and on little stack, and a thread would dominate.
   */
  private static final long SMALL = 64;

  private static final long IDLE_SECONDS = 10;

  private final AtomicLong factorisations = new AtomicLong();
  private final AtomicLong solves = new AtomicLong();
  private final ThreadPoolExecutor largeStack = oneThreadWithLargeStack();

  LinearAlgebra() {}

  /** Matrices factorised since this engine was made. */
  public long factorisations() {
    return factorisations.get();
  }

  /** Linear systems solved (or inverses formed) since this engine was made. */
  public long solves() {
    return solves.get();
  }

  /** {@code PLU = W} with partial pivoting, and what follows from it. */
  public final class Factorisation {
    private final Tensor lu;
    private final Tensor pivots;
    private final double logAbsDet;

    private Factorisation(Tensor lu, Tensor pivots, double logAbsDet) {
      this.lu = lu;
      this.pivots = pivots;
      this.logAbsDet = logAbsDet;
    }

    /** {@code log|det W|}, −∞ if W is singular. */
    public double logAbsDet() {
      return logAbsDet;
    }

    /**
     * {@code X} with {@code W·X = right}, in the factorisation's precision.
     *
     * @throws NumericalException if W is singular
     */
    public Tensor solve(Tensor right) {
      requireRegular();
      solves.incrementAndGet();
      return run(
          lu.size(0),
          () -> {
            try (Autograd.Mode off = Autograd.off()) {
              return torch.linalg_lu_solve(lu, pivots, right);
            }
          });
    }

    /**
     * {@code W⁻¹}, in the factorisation's precision.
     *
     * @throws NumericalException if W is singular
     */
    public Tensor inverse() {
      requireRegular();
      long n = lu.size(0);
      // LAPACK's own way takes two thirds of what solving for the identity does.
      if (!lu.is_cpu() || lu.stride(0) != 1 || lu.stride(1) != n) {
        return solve(torch.eye(n).to(lu));
      }
      solves.incrementAndGet();
      return run(
          n,
          () -> {
            try (Scope scope = Scope.open();
                Autograd.Mode off = Autograd.off()) {
              Tensor inverse = lu.clone();
              invert(inverse, pivots);
              return scope.pass(inverse);
            }
          });
    }

    /** D, of a (D, D) matrix. */
    public long size() {
      return lu.size(0);
    }

    /** A tensor in the factorisation's precision. */
    public Tensor like(Tensor x) {
      return Ops.as(x, lu);
    }

    /** The same factors, rounded to single precision. */
    public Factorisation toSingle() {
      try (Autograd.Mode off = Autograd.off()) {
        return new Factorisation(
            Scope.own(lu.to(ScalarType.Float)), Scope.own(pivots.clone()), logAbsDet);
      }
    }

    private void requireRegular() {
      if (!Double.isFinite(logAbsDet)) {
        throw new NumericalException(
            "a linear layer's matrix is singular or not finite",
            "train with a smaller learning rate");
      }
    }

    /** Frees the factors. */
    public void release() {
      Scope.release(lu);
      Scope.release(pivots);
    }
  }

  /**
   * Factorises a square matrix, without recording.
   *
   * @param matrix (D, D)
   * @param precise whether to work in double precision whatever the matrix's type
   * @return factors that belong to the caller, who may {@link Factorisation#release} them
   */
  public Factorisation factorise(Tensor matrix, boolean precise) {
    factorisations.incrementAndGet();
    return run(
        matrix.size(0),
        () -> {
          try (Scope scope = Scope.open();
              Autograd.Mode off = Autograd.off()) {
            Tensor w = matrix.detach();
            T_TensorTensorTensor_T factors =
                torch.linalg_lu_factor_ex(precise ? w.to(ScalarType.Double) : w);
            // A tuple's element is a reference into it; the copy is a handle of its own.
            Tensor lu = new Tensor(factors.get0());
            double logAbsDet = Ops.item(lu.diagonal().to(ScalarType.Double).abs().log().sum());
            return new Factorisation(
                Scope.own(lu), Scope.own(new Tensor(factors.get1())), logAbsDet);
          }
        });
  }

  /**
   * Eigenvalues, rising, and eigenvectors, in columns, of a symmetric matrix.
   *
   * @param values (D)
   * @param vectors (D, D)
   */
  public record Spectrum(Tensor values, Tensor vectors) {}

  /**
   * {@code A = V·diag(λ)·Vᵀ} for a symmetric (D, D) matrix, without recording; both belong to the
   * current scope.
   */
  public Spectrum symmetricSpectrum(Tensor matrix) {
    Tensor a = matrix.detach();
    long d = a.size(0);
    // One tensor for both, because one is handed over from the other thread.
    Tensor both =
        run(
            d,
            () -> {
              try (Scope scope = Scope.open();
                  Autograd.Mode off = Autograd.off()) {
                T_TensorTensor_T spectrum = torch.linalg_eigh(a, "L");
                return scope.pass(
                    torch.cat(new TensorVector(spectrum.get0().unsqueeze(0), spectrum.get1()), 0));
              }
            });
    return new Spectrum(both.select(0, 0), Ops.rows(both, 1, d + 1));
  }

  /**
   * Solves a triangular system {@code W·X = right}.
   *
   * @param matrix (D, D); only the named triangle is read
   * @param right (D, n)
   */
  public Tensor solveTriangular(Tensor matrix, Tensor right, boolean upper) {
    solves.incrementAndGet();
    // Detached here, where the caller's scope frees the view: the other thread has none.
    Tensor w = matrix.detach();
    return run(
        matrix.size(0),
        () -> {
          try (Autograd.Mode off = Autograd.off()) {
            return torch.linalg_solve_triangular(w, right, upper);
          }
        });
  }

  /** Turns factors, in memory column by column, into the inverse, in place. */
  private static void invert(Tensor factors, Tensor pivots) {
    int n = Math.toIntExact(factors.size(0));
    try (IntPointer rows = new IntPointer(pivots.data_ptr());
        Pointer entries = factors.data_ptr()) {
      int info =
          Ops.isDouble(factors)
              ? openblas.LAPACKE_dgetri(
                  openblas.LAPACK_COL_MAJOR, n, new DoublePointer(entries), n, rows)
              : openblas.LAPACKE_sgetri(
                  openblas.LAPACK_COL_MAJOR, n, new FloatPointer(entries), n, rows);
      if (info != 0) {
        throw new NumericalException(
            "a linear layer's matrix could not be inverted (LAPACK says " + info + ")",
            "train with a smaller learning rate");
      }
    }
  }

  private <T> T run(long size, Callable<T> work) {
    try {
      return size <= SMALL || Parallel.onLargeStack() ? work.call() : onLargeStack(work);
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Exception e) {
      throw new IllegalStateException("linear algebra failed", e);
    }
  }

  private static <T> T inScope(Callable<T> work) throws Exception {
    try (Scope scope = Scope.open()) {
      T value = work.call();
      if (value instanceof Tensor tensor) {
        scope.pass(tensor);
      }
      return value;
    }
  }

  // The result is made under another thread's scopes, so it is attached to the caller's.
  private <T> T onLargeStack(Callable<T> work) throws Exception {
    try {
      T value = Parallel.finish(largeStack.submit(() -> inScope(work)));
      if (value instanceof Tensor tensor) {
        Scope.adoptPassed(tensor);
      }
      return value;
    } catch (ExecutionException e) {
      Throwable cause = e.getCause();
      if (cause instanceof Error error) {
        throw error;
      }
      throw cause instanceof Exception exception ? exception : e;
    }
  }

  /**
   * One thread, kept while there is work: a new one each time would make libtorch set up its own
   * threads anew.
   */
  private static ThreadPoolExecutor oneThreadWithLargeStack() {
    ThreadPoolExecutor executor =
        new ThreadPoolExecutor(
            1,
            1,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            task -> {
              Thread thread = new Thread(null, task, "ebb-lapack", STACK_BYTES);
              thread.setDaemon(true);
              return thread;
            });
    executor.allowCoreThreadTimeOut(true);
    return executor;
  }
}
