package org.ebbflow.tensor;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Tensor operations that write into a tensor that is there already: parameters, accumulators,
 * scratch. Not recorded by autograd where they say so; the others are in {@link Ops}.
 */
public final class InPlace {
  /** Far above single precision's smallest number, and of a logarithm of −69. */
  private static final double LEAST = 1e-30;

  private InPlace() {}

  /** Overwrites {@code target} with {@code source} in place, without recording. */
  public static void assign(Tensor target, Tensor source) {
    try (Autograd.Mode off = Autograd.off()) {
      target.copy_(source);
    }
  }

  /** {@code target += weight·(source − target)} in place, without recording. */
  public static void interpolate(Tensor target, Tensor source, double weight) {
    try (Autograd.Mode off = Autograd.off();
        Scalar w = new Scalar(weight)) {
      target.lerp_(source, w);
    }
  }

  /** {@code target += x}, broadcast and converted, in place, without recording. */
  public static void increase(Tensor target, Tensor x) {
    try (Autograd.Mode off = Autograd.off()) {
      target.add_(x);
    }
  }

  /** {@code target += c} in place, without recording. */
  public static void increase(Tensor target, double c) {
    try (Autograd.Mode off = Autograd.off();
        Scalar s = new Scalar(c)) {
      target.add_(s);
    }
  }

  /** {@code target += c·x} in place, without recording. */
  public static void increase(Tensor target, Tensor x, double c) {
    try (Autograd.Mode off = Autograd.off();
        Scalar s = new Scalar(c)) {
      target.add_(x, s);
    }
  }

  /** {@code target += c·a·b} in place, without recording. */
  public static void increase(Tensor target, Tensor a, Tensor b, double c) {
    try (Autograd.Mode off = Autograd.off();
        Scalar s = new Scalar(c)) {
      target.addcmul_(a, b, s);
    }
  }

  /** {@code target += c·left·right} in place, without recording; matrices of one type. */
  public static void increaseByProduct(Tensor target, Tensor left, Tensor right, double c) {
    product(target, left, right, 1, c);
  }

  /** {@code target = c·left·right} in place, without recording; matrices of one type. */
  public static void productInto(Tensor target, Tensor left, Tensor right, double c) {
    product(target, left, right, 0, c);
  }

  /** {@code target = c·a}, without recording. */
  public static void mulInto(Tensor target, Tensor a, double c) {
    try (Scope scope = Scope.open();
        Autograd.Mode off = Autograd.off()) {
      torch.mul_out(target, a, torch.full(new long[0], new Scalar(c), a.options()));
    }
  }

  /** {@code target = σ(target)}, without recording. */
  public static void sigmoidInPlace(Tensor target) {
    try (Autograd.Mode off = Autograd.off()) {
      target.sigmoid_();
    }
  }

  /**
   * {@code target = log(1 + e^{βx})/β} from {@code r = 1/(1 + e^{βx})}, without recording; exact to
   * rounding relative to 1/β.
   */
  public static void softplusInto(Tensor target, Tensor x, Tensor r, double beta) {
    try (Autograd.Mode off = Autograd.off();
        Scalar least = new Scalar(LEAST);
        Scalar scale = new Scalar(-1 / beta)) {
      torch.clamp_min_out(target, r, least);
      target.log_();
      target.mul_(scale);
      torch.maximum_out(target, target, x); // where r is that small, x is what it comes to
    }
  }

  /** {@code target = a − r·a}, without recording. */
  public static void complementInto(Tensor target, Tensor a, Tensor r) {
    try (Autograd.Mode off = Autograd.off();
        Scalar minus = new Scalar(-1.0)) {
      torch.addcmul_out(target, a, a, r, minus);
    }
  }

  private static void product(Tensor target, Tensor left, Tensor right, double keep, double c) {
    try (Autograd.Mode off = Autograd.off();
        Scalar kept = new Scalar(keep);
        Scalar scale = new Scalar(c)) {
      target.addmm_(left, right, kept, scale);
    }
  }
}
