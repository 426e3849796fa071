package org.ebbflow.tabular.compare;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.ebbflow.tabular.encode.TableEncoder;
import org.ebbflow.tabular.table.Table;

/**
 * Whether synthetic rows come closer to the rows a model was trained on than to rows it has not
 * seen: distances to the closest record, Euclidean between normal scores, of as many rows of either
 * kind.
 *
 * @param toTraining median distance of a synthetic row to its closest training row
 * @param toHeldOut the same to its closest held-out row, of as many
 * @param closerToTraining share of synthetic rows whose closest training row is closer; one half is
 *     what a model that remembers nobody has
 * @param copies share of synthetic rows at the place of one of all training rows
 */
public record ClosestRecord(
    double toTraining, double toHeldOut, double closerToTraining, double copies) {
  private static final int MOST = 2_000;
  private static final int PIECE = 20_000;
  private static final double SAME = 1e-6;

  /** Measures at most {@value #MOST} rows of each table, copies of all training rows. */
  public static ClosestRecord measure(
      TableEncoder encoder, Table synthetic, Table training, Table heldOut) {
    int n = Math.min(MOST, Math.min(training.rows(), heldOut.rows()));
    double[][] draws = encoder.middles(first(synthetic, MOST));
    double[] near = closest(draws, encoder.middles(spread(training, n)));
    double[] far = closest(draws, encoder.middles(spread(heldOut, n)));
    double closer = 0;
    for (int i = 0; i < near.length; i++) {
      closer += near[i] < far[i] ? 1 : near[i] == far[i] ? 0.5 : 0;
    }
    return new ClosestRecord(
        median(near), median(far), closer / near.length, copies(encoder, draws, training));
  }

  private static double copies(TableEncoder encoder, double[][] draws, Table training) {
    List<List<Double>> drawn = Arrays.stream(draws).map(ClosestRecord::place).toList();
    Set<List<Double>> places = new HashSet<>(drawn);
    Set<List<Double>> taken = new HashSet<>();
    for (int from = 0; from < training.rows(); from += PIECE) {
      Table piece = training.slice(from, Math.min(from + PIECE, training.rows()));
      Arrays.stream(encoder.middles(piece))
          .map(ClosestRecord::place)
          .filter(places::contains)
          .forEach(taken::add);
    }
    return (double) drawn.stream().filter(taken::contains).count() / draws.length;
  }

  /** Rounded, since equal values may have been computed in two ways; with one zero. */
  private static List<Double> place(double[] row) {
    return Arrays.stream(row).map(x -> Math.rint(x / SAME) + 0.0).boxed().toList();
  }

  private static Table first(Table table, int most) {
    return table.slice(0, Math.min(most, table.rows()));
  }

  private static Table spread(Table table, int n) {
    int[] rows = new int[n];
    for (int i = 0; i < n; i++) {
      rows[i] = (int) ((long) i * table.rows() / n);
    }
    return table.select(rows);
  }

  private static double[] closest(double[][] from, double[][] to) {
    double[] all = new double[from.length];
    for (int i = 0; i < from.length; i++) {
      double least = Double.POSITIVE_INFINITY;
      for (double[] other : to) {
        double sum = 0;
        for (int j = 0; j < other.length && sum < least; j++) {
          double difference = from[i][j] - other[j];
          sum += difference * difference;
        }
        least = Math.min(least, sum);
      }
      all[i] = Math.sqrt(least);
    }
    return all;
  }

  private static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : 0.5 * (sorted[middle - 1] + sorted[middle]);
  }
}
