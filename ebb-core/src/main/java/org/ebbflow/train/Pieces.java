package org.ebbflow.train;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.ebbflow.tensor.Ops;

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
}
