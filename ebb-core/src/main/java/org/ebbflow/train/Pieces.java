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
 * Tensors cut into flat pieces that fit the last cache, the same cut for parameters, gradients and
 * what is remembered of them.
 *
 * <p>A step reads and writes several arrays as long as the parameters, in several operations. Piece
 * by piece all operations but the first find theirs in the cache, and a step costs about one pass
 * over memory.
 */
final class Pieces {
  /**
   * Entries of a piece, 1 MiB of single precision. Shorter ones would fit a core's own cache, but
   * what each call costs outweighs that.
   */
  private static final long LENGTH = 1L << 18;

  private final List<Piece> pieces = new ArrayList<>();

  /** The entries {@code from} (inclusive) to {@code to} (exclusive) of a flat tensor. */
  private record Piece(Tensor flat, long from, long to) {
    long length() {
      return to - from;
    }
  }

  /** In the current scope; a tensor that is not contiguous is copied first. */
  Pieces(Iterable<Tensor> tensors) {
    for (Tensor tensor : tensors) {
      Tensor flat = tensor.detach().reshape(-1);
      long length = flat.size(0);
      for (long from = 0; from < length; from += LENGTH) {
        pieces.add(new Piece(flat, from, Math.min(length, from + LENGTH)));
      }
    }
  }

  /** How many pieces a tensor has. */
  static int count(Tensor tensor) {
    return Math.toIntExact((tensor.numel() + LENGTH - 1) / LENGTH);
  }

  /** A piece, a view in the current scope unless it is a tensor as a whole. */
  Tensor get(int i) {
    Piece piece = pieces.get(i);
    return piece.length() == piece.flat().size(0)
        ? piece.flat()
        : Ops.rows(piece.flat(), piece.from(), piece.to());
  }

  /**
   * Does something to each piece, in a scope of its own; side by side where there is work for
   * several threads.
   *
   * @param work with a piece's index; touches no other piece
   */
  void forEach(IntConsumer work) {
    IntConsumer scoped =
        i -> {
          try (Scope scope = Scope.open()) {
            work.accept(i);
          }
        };
    if (pieces.stream().mapToLong(Piece::length).sum() > LENGTH) {
      Parallel.forEach(pieces.size(), scoped);
    } else {
      IntStream.range(0, pieces.size()).forEach(scoped);
    }
  }
}
