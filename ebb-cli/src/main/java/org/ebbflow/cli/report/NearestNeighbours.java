package org.ebbflow.cli.report;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.ebbflow.EbbException;

/**
 * Finds the rows nearest to each sample, to tell whether a model invents or repeats.
 *
 * <p>The table is read once, in order, a block at a time; all that is kept are the k best rows of
 * each sample. A distance is given up as soon as it exceeds the worst of those, which on images
 * saves most of the work.
 *
 * <pre>{@code
 * Neighbour[][] nearest = NearestNeighbours.of(training).find(samples, 5);
 * }</pre>
 */
public final class NearestNeighbours {
  private static final int BLOCK_ROWS = 512;

  /** How many columns are summed before the sum is held against the worst kept distance. */
  private static final int STRIDE = 64;

  private static final int THREADS = 2;

  private final RowReader table;

  private NearestNeighbours(RowReader table) {
    this.table = table;
  }

  /**
   * A search in {@code table}.
   *
   * @param table the rows to search, often a training set
   */
  public static NearestNeighbours of(RowReader table) {
    return new NearestNeighbours(table);
  }

  /**
   * The {@code k} rows nearest to each sample in Euclidean distance.
   *
   * @param samples each as long as a row of the table
   * @param k how many rows to find for each sample; with fewer rows in the table, all of them
   * @return for each sample its neighbours, nearest first; of two equally near the earlier row is
   *     first
   * @throws EbbException if a sample or a row has a value that is not finite
   * @throws CancellationException if the thread is interrupted, which it stays
   */
  public Neighbour[][] find(float[][] samples, int k) {
    if (k < 1) {
      throw new IllegalArgumentException("k must be 1 or more, not " + k);
    }
    List<Nearest> searches = new ArrayList<>();
    for (int i = 0; i < samples.length; i++) {
      if (samples[i].length != table.columns()) {
        throw new IllegalArgumentException(
            "sample %d has %d values, a row of the table has %d"
                .formatted(i, samples[i].length, table.columns()));
      }
      requireFinite(
          samples[i], "sample " + i, "leave it out, or look for where the model diverged");
      searches.add(new Nearest(samples[i], Math.min(k, table.rows())));
    }
    ExecutorService threads =
        Executors.newFixedThreadPool(
            THREADS,
            work -> {
              Thread thread = new Thread(work, "nearest-neighbours");
              thread.setDaemon(true);
              return thread;
            });
    try {
      search(searches, threads);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      CancellationException cancelled = new CancellationException("interrupted");
      cancelled.initCause(e);
      throw cancelled;
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    } finally {
      threads.shutdownNow();
    }
    return searches.stream().map(Nearest::sorted).toArray(Neighbour[][]::new);
  }

  /** Reads on the calling thread; the samples, not the rows, are divided among the threads. */
  private void search(List<Nearest> searches, ExecutorService threads)
      throws InterruptedException, ExecutionException {
    float[][] block = new float[Math.min(BLOCK_ROWS, table.rows())][table.columns()];
    int half = (searches.size() + 1) / THREADS;
    for (int first = 0; first < table.rows(); first += BLOCK_ROWS) {
      // Waiting for work that is already done does not notice an interrupt.
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
      int start = first;
      int count = Math.min(BLOCK_ROWS, table.rows() - first);
      for (int r = 0; r < count; r++) {
        table.copyRow(first + r, block[r]);
        requireFinite(block[r], "row " + (first + r) + " of the table", "leave the row out");
      }
      Callable<Boolean> left = () -> offer(searches.subList(0, half), block, start, count);
      Callable<Boolean> right =
          () -> offer(searches.subList(half, searches.size()), block, start, count);
      for (Future<Boolean> done : threads.invokeAll(List.of(left, right))) {
        done.get();
      }
    }
  }

  private static boolean offer(List<Nearest> searches, float[][] block, int start, int count) {
    for (Nearest search : searches) {
      for (int r = 0; r < count; r++) {
        search.offer(start + r, block[r]);
      }
    }
    return true;
  }

  private static void requireFinite(float[] values, String name, String remedy) {
    for (int i = 0; i < values.length; i++) {
      if (!Float.isFinite(values[i])) {
        throw new EbbException(name + " has " + values[i] + " in column " + i, remedy);
      }
    }
  }

  /** The rows nearest to one sample so far, in ascending distance. */
  private static final class Nearest {
    private final float[] sample;
    private final int[] rows;
    private final double[] squares;

    Nearest(float[] sample, int k) {
      this.sample = sample;
      this.rows = new int[k];
      this.squares = new double[k];
      Arrays.fill(squares, Double.POSITIVE_INFINITY);
    }

    void offer(int row, float[] values) {
      double square = squaredDistance(values, squares[squares.length - 1]);
      // Rows come in ascending order, so a tie stays with the earlier one.
      int at = squares.length - 1;
      if (square >= squares[at]) {
        return;
      }
      for (; at > 0 && square < squares[at - 1]; at--) {
        squares[at] = squares[at - 1];
        rows[at] = rows[at - 1];
      }
      squares[at] = square;
      rows[at] = row;
    }

    /** The squared distance, or some number of at least {@code limit} if it is at least that. */
    private double squaredDistance(float[] values, double limit) {
      double sum = 0;
      for (int from = 0; from < sample.length && sum < limit; from += STRIDE) {
        int to = Math.min(from + STRIDE, sample.length);
        for (int i = from; i < to; i++) {
          double difference = (double) sample[i] - values[i];
          sum += difference * difference;
        }
      }
      return sum;
    }

    Neighbour[] sorted() {
      Neighbour[] found = new Neighbour[rows.length];
      for (int i = 0; i < found.length; i++) {
        found[i] = new Neighbour(rows[i], Math.sqrt(squares[i]));
      }
      return found;
    }
  }
}
