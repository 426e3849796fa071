package org.ebbflow.tensor;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.DoubleConsumer;
import java.util.function.IntConsumer;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Runs independent pieces of a computation side by side, each on one processor.
 *
 * <p>libtorch by itself shares single operations among its threads. Flows make many small ones, of
 * which most are too small to share; whole rows are not. As many pieces run at once as the engine
 * has threads, see {@link Engine#setThreads}. One of these threads is the caller's own: a processor
 * that works already need not be woken, and two workers woken at once may find themselves on the
 * same one. All callers share the others, one fewer than there are processors.
 *
 * <p>All methods may be called from several threads; from inside a piece they run its own pieces
 * one after the other.
 */
public final class Parallel {
  /** Fewer rows are done before another thread has begun. */
  private static final int FEWEST = 16;

  /** Entries that are worth waking threads for. */
  private static final long LARGE = 1 << 19;

  private static final long IDLE_SECONDS = 10;
  private static final ThreadPoolExecutor WORKERS = workers();

  /** Of the engine; 0 as long as nobody has asked. What libtorch says changes as pieces run. */
  private static final AtomicInteger THREADS = new AtomicInteger();

  /** Of what one thread asks for, where that is another number than the engine's. */
  private static final ThreadLocal<Integer> OF_THREAD = new ThreadLocal<>();

  /** Whether a thread that asked for pieces runs some of them now. */
  private static final ThreadLocal<Boolean> TAKES_PART = ThreadLocal.withInitial(() -> false);

  private Parallel() {}

  /** Work on the rows {@code from} (inclusive) to {@code to} (exclusive). */
  public interface Rows {
    /** Does it. */
    void accept(int from, int to);
  }

  /** What comes of the rows {@code from} (inclusive) to {@code to} (exclusive). */
  public interface RowsToTensors {
    /** Computes it, in the current scope. */
    List<Tensor> apply(int from, int to);
  }

  /** A thread that runs pieces of others. */
  private static final class Worker extends Thread {
    /** Without what the thread that happens to be the first to want it has for itself. */
    Worker(Runnable task) {
      super(null, task, "ebb-piece", LinearAlgebra.STACK_BYTES, false);
      setContextClassLoader(null);
      setDaemon(true);
    }
  }

  /** Whether the current thread is a worker, whose stack is large enough for LAPACK. */
  static boolean onLargeStack() {
    return Thread.currentThread() instanceof Worker;
  }

  /** Whether the current thread runs a piece. */
  static boolean inPiece() {
    return onLargeStack() || TAKES_PART.get();
  }

  /** How many pieces of the current thread run at once. */
  public static int width() {
    if (inPiece()) {
      return 1;
    }
    int all = threads();
    if (torch.get_num_threads() != all) {
      torch.set_num_threads(all); // a thread that was born while pieces ran begins with one
    }
    return all;
  }

  /** What {@link Engine#setThreads} said last, else libtorch's own choice. */
  static int threads() {
    NativeLibraries.load();
    Integer own = OF_THREAD.get();
    return own != null
        ? own
        : THREADS.updateAndGet(
            known ->
                known > 0
                    ? known
                    : Math.min(
                        torch.get_num_threads(), Runtime.getRuntime().availableProcessors()));
  }

  /**
   * Has what the current thread asks for done by so many threads, until it is closed on that
   * thread; within a piece it stays at one.
   */
  static Limit limit(int number) {
    if (inPiece()) {
      return () -> {}; // it has one
    }
    Integer before = OF_THREAD.get();
    OF_THREAD.set(number);
    torch.set_num_threads(number);
    return () -> {
      if (before == null) {
        OF_THREAD.remove();
      } else {
        OF_THREAD.set(before);
      }
      torch.set_num_threads(threads());
    };
  }

  /**
   * As {@link #limit} to one thread for work on so few entries that waking others would take
   * longer; where there are more, the limit is none.
   */
  public static Limit alone(long entries) {
    return entries < LARGE ? limit(1) : () -> {};
  }

  /** A number of threads that holds until it is closed. */
  public interface Limit extends AutoCloseable {
    @Override
    void close();
  }

  static void setThreads(int number) {
    THREADS.set(number);
    torch.set_num_threads(number);
  }

  /**
   * How many of {@code n} rows to take as a piece, such that all threads have some; at least 1.
   *
   * @param most rows at once, at least 1
   */
  public static int pieceSize(int n, int most) {
    return Math.min(most, Math.max(FEWEST, pieces(n, width())));
  }

  /** How many pieces {@code n} rows make. */
  private static int pieces(int n, int size) {
    return (n + size - 1) / size;
  }

  /**
   * {@link #forEach} of rows 0 to {@code n - 1}, cut so that all threads have some.
   *
   * @param most rows at once, at least 1
   * @param progress told the share done, 0 to 1, on whatever thread did it, one call at a time
   */
  public static void forRows(int n, int most, DoubleConsumer progress, Rows rows) {
    int size = pieceSize(n, most);
    AtomicInteger done = new AtomicInteger();
    forEach(
        pieces(n, size),
        i -> {
          int from = i * size;
          int to = Math.min(from + size, n);
          rows.accept(from, to);
          synchronized (done) {
            progress.accept(done.addAndGet(to - from) / (double) n);
          }
        });
  }

  /** {@link #forRows} that tells nobody how far it is. */
  public static void forRows(int n, int most, Rows rows) {
    forRows(n, most, share -> {}, rows);
  }

  /**
   * {@link #map} of rows 0 to {@code n - 1}.
   *
   * @param size rows of a piece, such as {@link #pieceSize}
   */
  public static List<List<Tensor>> mapRows(int n, int size, RowsToTensors rows) {
    return map(pieces(n, size), i -> rows.apply(i * size, Math.min((i + 1) * size, n)));
  }

  /**
   * Runs pieces 0 to {@code count - 1}, in any order, some of them on this thread, and returns when
   * all have ended. Whether autograd records is the same in all as outside; scopes are each
   * thread's own.
   *
   * <p>If one throws, those not yet begun are left out and it is thrown here.
   */
  public static void forEach(int count, IntConsumer piece) {
    int threads = Math.min(width(), count);
    if (threads > 1) {
      sideBySide(count, threads, piece);
    } else {
      IntStream.range(0, count).forEach(piece);
    }
  }

  private static void sideBySide(int count, int threads, IntConsumer piece) {
    boolean recorded = Autograd.isOn();
    AtomicInteger next = new AtomicInteger();
    AtomicBoolean failed = new AtomicBoolean();
    Runnable some =
        () -> {
          torch.set_num_threads(1);
          try (Autograd.Mode mode = recorded ? Autograd.on() : Autograd.off()) {
            for (int i = next.getAndIncrement();
                i < count && !failed.get();
                i = next.getAndIncrement()) {
              piece.accept(i);
            }
          } catch (RuntimeException | Error e) {
            failed.set(true);
            throw e;
          }
        };
    int all = threads();
    List<FutureTask<?>> running = new ArrayList<>();
    for (int i = 0; i < threads; i++) {
      running.add(new FutureTask<>(some, null));
    }
    FutureTask<?> own = running.get(0);
    running.stream().skip(1).forEach(WORKERS::execute);
    TAKES_PART.set(true);
    own.run(); // keeps what it throws
    TAKES_PART.set(false);
    running.removeIf(WORKERS::remove); // who has not begun by now finds nothing left to do
    try {
      await(running);
    } finally {
      torch.set_num_threads(all); // part of what a worker sets is common to all threads
    }
  }

  /**
   * As {@link #forEach}, with tensors to show for it: each piece runs in a scope of its own, from
   * which its results come into the caller's. They are in the pieces' order.
   */
  public static List<List<Tensor>> map(int count, IntFunction<List<Tensor>> piece) {
    List<List<Tensor>> results = new ArrayList<>(Collections.nCopies(count, List.of()));
    Thread caller = Thread.currentThread();
    boolean[] elsewhere = new boolean[count];
    try {
      forEach(
          count,
          i -> {
            try (Scope scope = Scope.open()) {
              List<Tensor> own = piece.apply(i);
              own.forEach(scope::pass);
              results.set(i, own);
              elsewhere[i] = Thread.currentThread() != caller;
            }
          });
    } finally {
      for (int i = 0; i < count; i++) {
        if (elsewhere[i]) {
          results.get(i).forEach(Scope::adoptPassed);
        }
      }
    }
    return results;
  }

  /**
   * {@code x·w}, (B, in) and (in, out), to be called with autograd off. Threads take some of a
   * large matrix's columns each, and so read it once between them.
   */
  public static Tensor product(Tensor x, Tensor w) {
    int columns = Math.toIntExact(w.size(1));
    if (w.numel() < LARGE || width() == 1) {
      return x.matmul(w);
    }
    Tensor result = torch.empty(new long[] {x.size(0), columns}, x.options(), null);
    forRows(
        columns,
        columns,
        (from, to) -> {
          try (Scope scope = Scope.open()) {
            InPlace.productInto(Ops.slice(result, 1, from, to), x, Ops.slice(w, 1, from, to), 1);
          }
        });
    return result;
  }

  /** Waits for all, then throws what the first of them threw. */
  private static void await(List<FutureTask<?>> running) {
    Throwable thrown = null;
    for (Future<?> one : running) {
      try {
        finish(one);
      } catch (ExecutionException e) {
        thrown = thrown == null ? e.getCause() : thrown;
      }
    }
    if (thrown instanceof Error error) {
      throw error;
    }
    if (thrown instanceof RuntimeException exception) {
      throw exception;
    }
    if (thrown != null) { // from a language without checked exceptions
      throw new IllegalStateException(thrown);
    }
  }

  /**
   * What comes of native work, which cannot be stopped half-way: an interrupt waits for its end.
   */
  static <T> T finish(Future<T> work) throws ExecutionException {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return work.get();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private static ThreadPoolExecutor workers() {
    // Each keeps memory for what it works on, so no more than can run beside a caller.
    int most = Math.max(1, Runtime.getRuntime().availableProcessors() - 1);
    ThreadPoolExecutor executor =
        new ThreadPoolExecutor(
            most, most, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), Worker::new);
    executor.allowCoreThreadTimeOut(true);
    return executor;
  }
}
