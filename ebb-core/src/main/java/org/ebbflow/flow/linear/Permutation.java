package org.ebbflow.flow.linear;

import java.util.Arrays;
import java.util.Map;
import java.util.SplittableRandom;
import org.bytedeco.pytorch.Tensor;
import org.ebbflow.EbbException;
import org.ebbflow.flow.Bijection;
import org.ebbflow.flow.Jet;
import org.ebbflow.tensor.Engine;
import org.ebbflow.tensor.Scope;
import org.jspecify.annotations.Nullable;

/** {@code z_i = x_{p(i)}} along axis 1; {@code log|det| = 0}. */
public final class Permutation implements Bijection {
  private final int size;
  private final Tensor order;

  /**
   * @param order p, every number from 0 to n − 1 once; copied
   * @throws EbbException if it is not a permutation
   */
  public Permutation(Engine engine, int... order) {
    long[] forward = new long[order.length];
    boolean[] seen = new boolean[order.length];
    for (int i = 0; i < order.length; i++) {
      if (order[i] < 0 || order[i] >= order.length || seen[order[i]]) {
        throw new EbbException(
            "entry " + i + " of the permutation is " + order[i],
            "give every number from 0 to " + (order.length - 1) + " once");
      }
      seen[order[i]] = true;
      forward[i] = order[i];
    }
    this.size = order.length;
    try (Scope scope = Scope.open()) {
      this.order = Scope.own(engine.indices(forward));
    }
  }

  /** A permutation of n drawn uniformly from those that {@code seed} can reach. */
  public static Permutation random(Engine engine, int n, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    int[] order = new int[n];
    for (int i = 0; i < n; i++) {
      int j = random.nextInt(i + 1);
      order[i] = order[j];
      order[j] = i;
    }
    return new Permutation(engine, order);
  }

  /** {@code z_i = x_{n+1−i}}. */
  public static Permutation reversal(Engine engine, int n) {
    int[] order = new int[n];
    Arrays.setAll(order, i -> n - 1 - i);
    return new Permutation(engine, order);
  }

  @Override
  public Mapped forward(Jet x, @Nullable Tensor condition) {
    return new Mapped(x.linear(t -> t.index_select(1, order)), null);
  }

  @Override
  public Tensor inverse(Tensor z, @Nullable Tensor condition) {
    // From the saved order itself, so that loading it is enough.
    return z.index_select(1, order.argsort());
  }

  @Override
  public Map<String, Tensor> buffers() {
    return Map.of("order", order);
  }

  @Override
  public String describe() {
    return "Permutation(" + size + ")";
  }
}
