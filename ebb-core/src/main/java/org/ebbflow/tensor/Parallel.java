package org.ebbflow.tensor;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
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
 * has threads, see {@link Engine#setThreads}, over all callers no more than there are processors.
 *
 * <p>All methods may be called from several threads; from inside a piece they run its own pieces
 * one after the other.
 */
public final class Parallel {
  /** Fewer rows are done before another thread has begun. */
  private static final int FEWEST = 16;

  private static final long IDLE_SECONDS = 10;
  private static final ThreadPoolExecutor WORKERS = workers();

  private Parallel() {}

  /** A thread that runs pieces. */
  private static final class Worker extends Thread {
    Worker(Runnable task) {
      super(task, "ebb-piece");
      setDaemon(true);
    }
  }

  /** How many pieces of the current thread run at once. */
  public static int width() {
    return Thread.currentThread() instanceof Worker ? 1 : torch.get_num_threads();
  }

  /**
   * How many of {@code n} rows to take as a piece, such that all threads have some; at least 1.
   *
   * @param most rows at once, at least 1
   */
  public static int pieceSize(int n, int most) {
    int width = width();
    return Math.min(most, Math.max(FEWEST, (n + width - 1) / width));
  }

  /**
   * Runs pieces 0 to {@code count - 1}, in any order, and returns when all have ended. Whether
   * autograd records is the same in all as outside; scopes are each thread's own.
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
    int all = torch.get_num_threads();
    List<Future<?>> running = new ArrayList<>();
    for (int i = 0; i < threads; i++) {
      running.add(WORKERS.submit(some));
    }
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
    IntConsumer kept =
        i -> {
          try (Scope scope = Scope.open()) {
            List<Tensor> own = piece.apply(i);
            own.forEach(scope::pass);
            results.set(i, own);
          }
        };
    int threads = Math.min(width(), count);
    if (threads <= 1) {
      IntStream.range(0, count).forEach(kept);
      return results;
    }
    try {
      sideBySide(count, threads, kept);
    } finally {
      results.forEach(own -> own.forEach(Scope::adoptPassed));
    }
    return results;
  }

  /** Waits for all, then throws what the first of them threw. */
  private static void await(List<Future<?>> running) {
    Throwable thrown = null;
    boolean interrupted = false;
    for (Future<?> one : running) {
      while (true) {
        try {
          one.get();
          break;
        } catch (InterruptedException e) {
          interrupted = true; // native work cannot be stopped half-way; finish, then say so
        } catch (ExecutionException e) {
          thrown = thrown == null ? e.getCause() : thrown;
          break;
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    if (thrown instanceof Error error) {
      throw error;
    }
    if (thrown != null) {
      throw (RuntimeException) thrown;
    }
  }

  private static ThreadPoolExecutor workers() {
    int most = Runtime.getRuntime().availableProcessors();
    ThreadPoolExecutor executor =
        new ThreadPoolExecutor(
            most, most, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), Worker::new);
    executor.allowCoreThreadTimeOut(true);
    return executor;
  }
}
