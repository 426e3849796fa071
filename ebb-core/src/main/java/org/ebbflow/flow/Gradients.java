package org.ebbflow.flow;

import java.util.ArrayList;
import java.util.Collection;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Objects;
import org.bytedeco.pytorch.Tensor;
import org.ebbflow.tensor.Autograd;
import org.ebbflow.tensor.InPlace;
import org.ebbflow.tensor.Ops;
import org.ebbflow.tensor.Parallel;
import org.ebbflow.tensor.Scope;
import org.jspecify.annotations.Nullable;

/**
 * Sums of derivatives with respect to parameters, in the parameters' precision; zero at first.
 * Tensors are told apart by identity. Not thread-safe.
 */
public final class Gradients {
  /**
   * Where the products of large matrices go, that are made anew in every step: fetching fresh
   * memory for them from the system takes as long as adding them up.
   */
  public interface Room {
    /** A tensor of the parameter's shape and type, whose content counts for nothing. */
    Tensor of(Tensor parameter);

    /** Fresh tensors. */
    static Room fresh() {
      return parameter -> Ops.emptyLike(parameter.detach());
    }
  }

  /** Entries of a matrix whose products are worth waking threads for. */
  private static final long LARGE = 1 << 18;

  private final List<Tensor> parameters;
  private final Room room;
  private final IdentityHashMap<Tensor, Sum> sums = new IdentityHashMap<>();
  private final Scope.Home home = Scope.home();

  /** What has been added for a parameter: a tensor, and products that are yet to be made. */
  private static final class Sum {
    @Nullable Tensor done;
    final List<Tensor> went = new ArrayList<>();
    final List<Tensor> came = new ArrayList<>();
  }

  /** For these parameters; the sums belong to the scope that is current now. */
  public Gradients(Collection<Tensor> parameters) {
    this(parameters, Room.fresh());
  }

  /** For these parameters; sums in the room's tensors are as long good as those are. */
  public Gradients(Collection<Tensor> parameters, Room room) {
    this.room = room;
    this.parameters = List.copyOf(parameters);
    this.parameters.forEach(p -> sums.put(p, new Sum()));
  }

  /**
   * Adds to a parameter's sum.
   *
   * @param gradient of the parameter's shape, in any precision; given away, since it may become the
   *     sum
   * @throws IllegalArgumentException if the parameter is none of those
   */
  public void add(Tensor parameter, Tensor gradient) {
    Sum sum = sum(parameter);
    if (sum.done == null) {
      sum.done = home.take(Ops.as(gradient, parameter));
    } else {
      InPlace.increase(sum.done, gradient);
    }
  }

  /**
   * Adds {@code c·left·right} to a matrix's sum.
   *
   * @throws IllegalArgumentException if the parameter is none of those
   */
  public void addProduct(Tensor parameter, Tensor left, Tensor right, double c) {
    Sum sum = sum(parameter);
    if (sum.done == null) {
      Tensor first = home.take(Ops.emptyLike(parameter.detach()));
      InPlace.productInto(first, left, right, c);
      sum.done = first;
    } else {
      InPlace.increaseByProduct(sum.done, left, right, c);
    }
  }

  /**
   * Adds {@code wentᵀ·came} to a matrix's sum; to a large one's when it is asked for: what few rows
   * have added by then makes one product, of which threads take some rows of the matrix each.
   *
   * @param went (K, out), in the product's precision; kept
   * @param came (K, in); kept
   * @throws IllegalArgumentException if the parameter is none of those
   */
  public void addTransposed(Tensor parameter, Tensor went, Tensor came) {
    if (parameter.numel() < LARGE) {
      add(parameter, went.t().matmul(came));
      return;
    }
    Sum sum = sum(parameter);
    sum.went.add(home.take(went));
    sum.came.add(home.take(came));
    long waiting = sum.went.stream().mapToLong(rows -> rows.size(0)).sum();
    if (waiting > Math.min(parameter.size(0), parameter.size(1))) {
      of(parameter); // what waits must not outgrow the sum
    }
  }

  /** Adds what another one for the same parameters has; its tensors are given away. */
  public void addAll(Gradients other) {
    for (Tensor parameter : parameters) {
      Sum more = other.sum(parameter);
      if (more.done != null) {
        add(parameter, more.done);
      }
      Sum sum = sum(parameter);
      sum.went.addAll(more.went);
      sum.came.addAll(more.came);
    }
  }

  /** Every tensor that it holds, for who passes it from one scope to another. */
  public List<Tensor> held() {
    List<Tensor> all = new ArrayList<>();
    for (Sum sum : sums.values()) {
      if (sum.done != null) {
        all.add(sum.done);
      }
      all.addAll(sum.went);
      all.addAll(sum.came);
    }
    return all;
  }

  /** A parameter's sum itself, not a copy; zeros where nothing was added. */
  public Tensor of(Tensor parameter) {
    return of(List.of(parameter)).get(0);
  }

  /** As {@link #of(Tensor)}, of several; what is yet to be multiplied is so side by side. */
  public List<Tensor> of(Collection<Tensor> wanted) {
    List<Waiting> waiting = new ArrayList<>();
    List<Tensor> results = new ArrayList<>();
    try (Scope scope = Scope.open();
        Autograd.Mode off = Autograd.off()) {
      for (Tensor parameter : wanted) {
        Sum sum = sum(parameter);
        if (!sum.went.isEmpty()) {
          waiting.add(waiting(parameter, sum));
        } else if (sum.done == null) {
          sum.done = home.take(Ops.zerosLike(parameter.detach()));
        }
        results.add(Objects.requireNonNull(sum.done));
      }
      int shares = Parallel.width();
      Parallel.forEach(
          waiting.size() * shares, i -> waiting.get(i / shares).multiply(i % shares, shares));
    }
    return results;
  }

  /** Products whose sum becomes or joins a result. */
  private record Waiting(Tensor result, boolean joins, List<Tensor> went, List<Tensor> came) {
    /** Some of the result's rows. */
    void multiply(int share, int shares) {
      long rows = result.size(0);
      long from = rows * share / shares;
      long to = rows * (share + 1) / shares;
      try (Scope scope = Scope.open();
          Autograd.Mode off = Autograd.off()) {
        Tensor target = Ops.rows(result, from, to);
        for (int i = 0; i < went.size(); i++) {
          Tensor left = Ops.slice(went.get(i), 1, from, to).t();
          boolean first = !joins && i == 0;
          if (!Ops.sameType(left, result)) {
            put(target, left.matmul(came.get(i)), first);
          } else if (first) {
            InPlace.productInto(target, left, came.get(i), 1);
          } else {
            InPlace.increaseByProduct(target, left, came.get(i), 1);
          }
        }
      }
    }
  }

  /** What waits for its products, from now on in the sum. */
  private Waiting waiting(Tensor parameter, Sum sum) {
    boolean joins = sum.done != null;
    Tensor result = sum.done == null ? home.take(room.of(parameter)) : sum.done;
    boolean sameType = Ops.sameType(sum.went.get(0), parameter);
    // Products that are rounded to fewer digits are so once, for all together.
    Waiting all =
        new Waiting(
            result,
            joins,
            sameType ? List.copyOf(sum.went) : List.of(Ops.concatenate(array(sum.went))),
            sameType ? List.copyOf(sum.came) : List.of(Ops.concatenate(array(sum.came))));
    sum.done = result;
    sum.went.clear();
    sum.came.clear();
    return all;
  }

  private static void put(Tensor target, Tensor more, boolean first) {
    if (first) {
      InPlace.assign(target, more);
    } else {
      InPlace.increase(target, more);
    }
  }

  private static Tensor[] array(List<Tensor> tensors) {
    return tensors.toArray(new Tensor[0]);
  }

  private Sum sum(Tensor parameter) {
    Sum sum = sums.get(parameter);
    if (sum == null) {
      throw new IllegalArgumentException("not a parameter of these gradients");
    }
    return sum;
  }
}
