package org.ebbflow.objective;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.function.Supplier;
import org.bytedeco.pytorch.Tensor;
import org.ebbflow.flow.DensityTrace;
import org.ebbflow.flow.Flow;
import org.ebbflow.flow.Gradients;
import org.ebbflow.tensor.Autograd;
import org.ebbflow.tensor.Ops;
import org.ebbflow.tensor.Parallel;

/**
 * Losses of a batch, and the way to their gradient. Some objectives are there already when they
 * have the losses, others go only when asked.
 *
 * @param losses (B)
 * @param way to the gradient of their mean; once
 */
public record Evaluation(Tensor losses, Way way) {
  private static final long MOST_NUMBERS = 4_000_000;

  /** How a gradient comes about. */
  public interface Way {
    /**
     * Derivatives of the mean loss with respect to parameters, in their order, each of its
     * parameter's shape; they belong to the current scope, and some may be the room's.
     */
    List<Tensor> gradients(Collection<Tensor> parameters, Gradients.Room room);
  }

  /** Losses that autograd has recorded. */
  static Evaluation recorded(Tensor losses) {
    return new Evaluation(
        losses, (parameters, room) -> Autograd.gradients(losses.mean(), parameters, false));
  }

  /**
   * Score matching by hand at some rows.
   *
   * @param matching its losses but for the energy's part, (b)
   * @param derivatives whose mean has the gradient of {@code matching}, but for the weight
   */
  record Matching(
      DensityTrace trace, Tensor matching, Supplier<List<DensityTrace.Along>> derivatives) {}

  /** Score matching by hand at the rows {@code from} (inclusive) to {@code to} (exclusive). */
  interface Matcher {
    Matching at(long from, long to);
  }

  /**
   * The losses {@code matching + λ·E} of score matching by hand. Where autograd records, rows go
   * back at once.
   *
   * <p>Threads take some rows each, as long as their weights find room in the caches: larger ones
   * would come from memory for every thread.
   *
   * @param rows how many there are
   * @param weight what {@code matching} multiplies its derivatives' mean by
   */
  static Evaluation traced(Flow flow, long rows, Matcher matcher, double weight, double lambda) {
    int n = Math.toIntExact(rows);
    List<Tensor> parameters = List.copyOf(flow.parameters().values());
    long numbers = parameters.stream().mapToLong(Tensor::numel).sum();
    return inParts(
        parameters,
        n,
        numbers <= MOST_NUMBERS ? Parallel.pieceSize(n, n) : n,
        (from, to, gradients) -> {
          Matching part = matcher.at(from, to);
          Tensor losses =
              lambda == 0
                  ? part.matching()
                  : Ops.addScaled(part.matching(), part.trace().negativeEnergy(), -lambda);
          if (Autograd.isOn()) {
            List<DensityTrace.Along> all = part.derivatives().get();
            double share = 1.0 / ((double) n * all.size());
            for (DensityTrace.Along along : all) {
              along.gradient(weight * share, -lambda * share, gradients);
            }
          }
          return losses;
        });
  }

  /** Losses of some rows, with their share of a gradient. */
  interface Part {
    /**
     * The losses of the rows {@code from} (inclusive) to {@code to} (exclusive); adds to the
     * gradients where autograd records.
     */
    Tensor losses(int from, int to, Gradients gradients);
  }

  /**
   * Losses and gradients that come about in parts, side by side.
   *
   * @param rows how many there are
   * @param size of a part
   * @param part whose gradients add up to the whole's
   */
  static Evaluation inParts(List<Tensor> parameters, int rows, int size, Part part) {
    boolean returned = Autograd.isOn();
    Gradients[] ofParts = new Gradients[(rows + size - 1) / size];
    List<List<Tensor>> parts =
        Parallel.mapRows(
            rows,
            size,
            (from, to) -> {
              Gradients gradients = new Gradients(parameters);
              List<Tensor> results = new ArrayList<>();
              results.add(part.losses(from, to, gradients));
              results.addAll(gradients.held());
              ofParts[from / size] = gradients;
              return results;
            });
    Tensor losses = Ops.concatenate(parts.stream().map(all -> all.get(0)).toArray(Tensor[]::new));
    return new Evaluation(
        losses,
        (wanted, room) -> {
          if (!returned) {
            throw new IllegalStateException("evaluated with autograd off, without a gradient");
          }
          Gradients sums = new Gradients(parameters, room);
          Arrays.stream(ofParts).forEach(sums::addAll);
          return sums.of(wanted);
        });
  }

  /** See {@link Way#gradients}. */
  public List<Tensor> gradients(Collection<Tensor> parameters) {
    return gradients(parameters, Gradients.Room.fresh());
  }

  /** See {@link Way#gradients}. */
  public List<Tensor> gradients(Collection<Tensor> parameters, Gradients.Room room) {
    return way.gradients(parameters, room);
  }
}
