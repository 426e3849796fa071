package org.ebbflow.tensor;

import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.StringViewOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * The tensor operations that flows are written in, with Java numbers for scalars.
 *
 * <p>All are recorded by autograd when it is on, allocate their result in the current {@link Scope}
 * and follow libtorch's broadcasting. "Event" means every axis but the first, which is the batch.
 */
public final class Ops {
  /** From here on, log(1 + eˣ) is x in any precision. */
  private static final double LINEAR = 40;

  private Ops() {}

  /** {@code a + c}. */
  public static Tensor add(Tensor a, double c) {
    try (Scalar s = new Scalar(c)) {
      return a.add(s);
    }
  }

  /** {@code c·a}. */
  public static Tensor mul(Tensor a, double c) {
    try (Scalar s = new Scalar(c)) {
      return a.mul(s);
    }
  }

  /** {@code a + c·b}. */
  public static Tensor addScaled(Tensor a, Tensor b, double c) {
    try (Scalar s = new Scalar(c)) {
      return a.add(b, s);
    }
  }

  /** {@code c − a}. */
  public static Tensor rsub(double c, Tensor a) {
    try (Scalar s = new Scalar(c)) {
      return torch.rsub(a, s);
    }
  }

  /** {@code log(1 + eˣ)}, exact to rounding for every x. */
  public static Tensor softplus(Tensor x) {
    return softplus(x, 1);
  }

  /** {@code log(1 + e^{βx})/β}, exact to rounding for every x. */
  public static Tensor softplus(Tensor x, double beta) {
    try (Scalar b = new Scalar(beta);
        Scalar linear = new Scalar(LINEAR)) {
      return torch.softplus(x, b, linear);
    }
  }

  /** {@code x} with entries below {@code low} raised to it and above {@code high} lowered to it. */
  public static Tensor clamp(Tensor x, double low, double high) {
    return torch.clamp_max(torch.clamp_min(x, new Scalar(low)), new Scalar(high));
  }

  /** {@code x} with entries below {@code low} raised to it. */
  public static Tensor atLeast(Tensor x, double low) {
    try (Scalar s = new Scalar(low)) {
      return x.clamp_min(s);
    }
  }

  /** {@code x} with entries above {@code high} lowered to it. */
  public static Tensor atMost(Tensor x, double high) {
    try (Scalar s = new Scalar(high)) {
      return x.clamp_max(s);
    }
  }

  /** {@code x} for {@code x ≥ 0} and {@code eˣ − 1} below. */
  public static Tensor elu(Tensor x) {
    return torch.elu(x);
  }

  /** {@code x·σ(x)}. */
  public static Tensor silu(Tensor x) {
    return torch.silu(x);
  }

  /** Sum over the event: (B, …) to (B). */
  public static Tensor sumEvent(Tensor x) {
    return x.dim() == 1 ? x : x.flatten(1, -1).sum(1);
  }

  /** {@code Σ_event a·b}: (B, …) and (B, …) to (B). */
  public static Tensor dotEvent(Tensor a, Tensor b) {
    return sumEvent(a.mul(b));
  }

  /** {@code Σ a·b} over all entries, of one entry. */
  public static Tensor dot(Tensor a, Tensor b) {
    return a.reshape(-1).dot(b.reshape(-1)).reshape(1);
  }

  /**
   * Every one of some batches that lie stacked, (k·B, …), times the entries of one, (B, …), or of
   * one row, (1, …).
   */
  public static Tensor mulEach(Tensor stack, Tensor batch) {
    return each(stack, batch, t -> t.mul(batch));
  }

  /**
   * Applies a map that holds the entries of a batch, (B, …), to every one of some batches that lie
   * stacked, (k·B, …), or to what is no such stack as it is.
   *
   * @param map broadcasts over leading axes, entry by entry or over the last axis
   */
  public static Tensor each(Tensor stack, Tensor batch, UnaryOperator<Tensor> map) {
    long rows = batch.dim() == stack.dim() ? batch.size(0) : 1;
    return rows > 1 && stack.size(0) > rows
        ? map.apply(stack.unflatten(0, stack.size(0) / rows, rows)).flatten(0, 1)
        : map.apply(stack);
  }

  /** Number of entries in one event, the product of all axes but the first. */
  public static long eventSize(Tensor x) {
    return x.size(0) == 0 ? shapeProduct(x, 1) : x.numel() / x.size(0);
  }

  /** Rows {@code from} (inclusive) to {@code to} (exclusive), a view. */
  public static Tensor rows(Tensor x, long from, long to) {
    return slice(x, 0, from, to);
  }

  /** The upper half of the rows for 0, the lower for 1, a view. */
  public static Tensor half(Tensor x, int which) {
    long n = x.size(0) / 2;
    return rows(x, which * n, (which + 1) * n);
  }

  /** Entries {@code from} (inclusive) to {@code to} (exclusive) of an axis, a view. */
  public static Tensor slice(Tensor x, int axis, long from, long to) {
    return x.narrow(axis, from, to - from);
  }

  /** {@code a} and {@code b} joined along an axis. */
  public static Tensor join(Tensor a, Tensor b, int axis) {
    return torch.cat(new TensorVector(a, b), axis);
  }

  /** Every {@code step}-th entry of an axis, beginning with {@code from}, a view. */
  public static Tensor every(Tensor x, int axis, long from, long step) {
    return x.slice(axis, new LongOptional(from), new LongOptional(x.size(axis)), step);
  }

  /**
   * Cross-correlation of images (B, C, H, W) with kernels (C', C, k, k) for odd k, zero-padded so
   * that height and width stay: (B, C', H, W).
   */
  public static Tensor convolve(Tensor x, Tensor kernel) {
    long padding = kernel.size(2) / 2;
    return torch.conv2d(
        x,
        kernel,
        new TensorOptional(),
        new long[] {1, 1},
        new long[] {padding, padding},
        new long[] {1, 1},
        1);
  }

  /** Largest singular value of a matrix, a scalar; differentiable once. */
  public static Tensor spectralNorm(Tensor matrix) {
    return torch.linalg_svdvals(matrix).max();
  }

  /** {@code times} copies of a batch, one after the other: (B, …) to (times·B, …). */
  public static Tensor repeatRows(Tensor x, long times) {
    if (times == 1) {
      return x;
    }
    long[] shape = x.shape();
    long[] expanded = new long[shape.length + 1];
    expanded[0] = times;
    System.arraycopy(shape, 0, expanded, 1, shape.length);
    return x.unsqueeze(0).expand(expanded).flatten(0, 1);
  }

  /** {@code c·√1, c·√2, …} of a length, in the type and on the device of {@code x}. */
  public static Tensor sequence(long length, double c, Tensor x) {
    return mul(counts(length, x).sqrt(), c);
  }

  /** A column of one value, (rows, 1), in the type and on the device of {@code x}. */
  public static Tensor column(double value, long rows, Tensor x) {
    return torch.full(new long[] {rows, 1}, new Scalar(value), x.options());
  }

  /** How many of the increasing {@code edges} (K) are at most x, entry by entry: 0 to K. */
  public static Tensor bucket(Tensor x, Tensor edges) {
    return torch.bucketize(x.detach().contiguous(), edges, false, true);
  }

  /**
   * How many of a row's increasing {@code edges} are at most its x: (…) and (…, K) to (…), 0 to K.
   */
  public static Tensor bucketOfRows(Tensor x, Tensor edges) {
    return torch
        .searchsorted(
            edges.detach().contiguous(),
            x.detach().unsqueeze(-1).contiguous(),
            false,
            true,
            new StringViewOptional(),
            new TensorOptional())
        .squeeze(-1);
  }

  /** {@code 1, 2, …, length} in the type and on the device of {@code x}. */
  public static Tensor counts(long length, Tensor x) {
    return torch.ones(new long[] {length}, x.options()).cumsum(0);
  }

  /** Entries, or rows, of a table by number: (K, …) and (B) to (B, …). */
  public static Tensor entries(Tensor table, Tensor numbers) {
    return table.index_select(0, numbers);
  }

  /** Zeros in the shape and type of {@code x}. */
  public static Tensor zerosLike(Tensor x) {
    return torch.zeros_like(x);
  }

  /** The n × n identity matrix in the type and on the device of {@code x}. */
  public static Tensor identityLike(long n, Tensor x) {
    return torch.eye(n, x.options());
  }

  /** Stacks along the batch. */
  public static Tensor concatenate(Tensor... parts) {
    return torch.cat(new TensorVector(parts), 0);
  }

  /** {@code x·weightᵀ} over the last axis. */
  public static Tensor linear(Tensor x, Tensor weight) {
    return torch.linear(x, weight);
  }

  /** {@code x·weightᵀ + bias} over the last axis, in one operation. */
  public static Tensor linear(Tensor x, Tensor weight, Tensor bias) {
    return torch.linear(x, weight, bias);
  }

  /** {@code condition ? a : b}, element by element; both branches must be finite for gradients. */
  public static Tensor where(Tensor condition, Tensor a, Tensor b) {
    return torch.where(condition, a, b);
  }

  /** {@code y} where x lies strictly between two bounds and 0 elsewhere, entry by entry. */
  public static Tensor whereBetween(Tensor y, Tensor x, double low, double high) {
    try (Scalar from = new Scalar(low);
        Scalar to = new Scalar(high)) {
      return torch.hardtanh_backward(y, x, from, to);
    }
  }

  /** {@code x < c}, element by element. */
  public static Tensor less(Tensor x, double c) {
    try (Scalar s = new Scalar(c)) {
      return x.lt(s);
    }
  }

  /** {@code x} for {@code x ≥ 0} and {@code alpha·x} below. */
  public static Tensor leakyRelu(Tensor x, double alpha) {
    try (Scalar slope = new Scalar(alpha)) {
      return torch.leaky_relu(x, slope);
    }
  }

  /** {@code y} times the slope of {@link #leakyRelu} at {@code x}. */
  public static Tensor leakyReluSlope(Tensor x, double alpha, Tensor y) {
    try (Scalar slope = new Scalar(alpha)) {
      return torch.leaky_relu_backward(y, x, slope, false);
    }
  }

  /** {@code a + c·x·y}, broadcast. */
  public static Tensor addProduct(Tensor a, Tensor x, Tensor y, double c) {
    try (Scalar s = new Scalar(c)) {
      return a.addcmul(x, y, s);
    }
  }

  /** {@code a − r·a}, broadcast. */
  public static Tensor complement(Tensor a, Tensor r) {
    try (Scalar minus = new Scalar(-1.0)) {
      return a.addcmul(a, r, minus);
    }
  }

  /** A tensor in the shape and type of {@code x}, of any content. */
  public static Tensor emptyLike(Tensor x) {
    return torch.empty_like(x);
  }

  /** {@code x} in bfloat16: single precision's range with 8 bits of mantissa. */
  public static Tensor toBfloat16(Tensor x) {
    return x.to(ScalarType.BFloat16);
  }

  /** {@code x}, converted to the element type of {@code like}. */
  public static Tensor as(Tensor x, Tensor like) {
    return sameType(x, like) ? x : x.to(like.scalar_type());
  }

  /** Whether two tensors hold numbers of one type. */
  public static boolean sameType(Tensor x, Tensor y) {
    return type(x) == type(y);
  }

  /** Whole numbers as an index tensor. */
  public static Tensor toIndices(Tensor x) {
    return x.to(ScalarType.Long);
  }

  /** {@code x} in single precision. */
  public static Tensor toSingle(Tensor x) {
    return x.to(ScalarType.Float);
  }

  /** {@code x} in double precision. */
  public static Tensor toDouble(Tensor x) {
    return x.to(ScalarType.Double);
  }

  /** Whether {@code x} holds floating-point numbers. */
  public static boolean isFloating(Tensor x) {
    return x.is_floating_point();
  }

  /** Whether {@code x} is in double precision. */
  public static boolean isDouble(Tensor x) {
    return type(x) == ScalarType.Double;
  }

  /** Whether every entry is finite; waits for the computation. */
  public static boolean allFinite(Tensor x) {
    try (Scope scope = Scope.open()) {
      return x.isfinite().all().item_bool();
    }
  }

  /** The only entry of a one-element tensor as a Java number; waits for the computation. */
  public static double item(Tensor x) {
    try (Scope scope = Scope.open()) {
      return x.item_double();
    }
  }

  // The engine makes a new object for every answer; only interned ones compare by identity.
  private static ScalarType type(Tensor x) {
    return x.scalar_type().intern();
  }

  private static long shapeProduct(Tensor x, int from) {
    long product = 1;
    for (long axis = from; axis < x.dim(); axis++) {
      product *= x.size(axis);
    }
    return product;
  }
}
