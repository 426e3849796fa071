package org.ebbflow.train;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;
import org.ebbflow.tensor.Ops;
import org.ebbflow.tensor.Parallel;
import org.ebbflow.tensor.Scope;

/**
 * Tensors cut into flat pieces that fit a core's cache, the same cut for parameters, gradients and
 * what is remembered of them.
 *
 * <p>A step reads and writes several arrays as long as the parameters, in several operations. Piece
 * by piece all operations but the first find theirs in the cache, and a step costs about one pass
 * over memory.
 */
final class Pieces {
  /** Entries of a piece; four arrays of single precision make 1 MiB. */
  private static final long LENGTH = 1L << 16;

  private Pieces() {}

  /** How many pieces a tensor has. */
  static int count(Tensor tensor) {
    return Math.toIntExact((tensor.numel() + LENGTH - 1) / LENGTH);
  }

  /** Views in the current scope; a tensor that is not contiguous is copied first. */
  static List<Tensor> of(Iterable<Tensor> tensors) {
    List<Tensor> pieces = new ArrayList<>();
    for (Tensor tensor : tensors) {
      Tensor flat = tensor.detach().reshape(-1);
      long length = flat.size(0);
      for (long from = 0; from < length; from += LENGTH) {
        pieces.add(length <= LENGTH ? flat : Ops.rows(flat, from, Math.min(length, from + LENGTH)));
      }
    }
    return pieces;
  }

  /**
   * Does something to each piece, in a scope of its own; side by side where there is work for
   * several threads.
   *
   * @param pieces as {@link #of} gave them
   * @param work with a piece's index; touches no other piece
   */
  static void forEach(List<Tensor> pieces, IntConsumer work) {
    IntConsumer scoped =
        i -> {
          try (Scope scope = Scope.open()) {
            work.accept(i);
          }
        };
    long entries = pieces.stream().mapToLong(Tensor::numel).sum();
    if (entries > LENGTH) {
      Parallel.forEach(pieces.size(), scoped);
    } else {
      IntStream.range(0, pieces.size()).forEach(scoped);
    }
  }
}
