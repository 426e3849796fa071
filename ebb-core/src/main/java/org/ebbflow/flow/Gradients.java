package org.ebbflow.flow;

import java.util.Collection;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;
import org.ebbflow.tensor.InPlace;
import org.ebbflow.tensor.Ops;
import org.ebbflow.tensor.Scope;

/**
 * Sums of derivatives with respect to parameters, in the parameters' precision; zero at first.
 * Tensors are told apart by identity. Not thread-safe.
 */
public final class Gradients {
  private final List<Tensor> parameters;
  private final IdentityHashMap<Tensor, Optional<Tensor>> sums = new IdentityHashMap<>();
  private final Scope.Home home = Scope.home();

  /** For these parameters; the sums belong to the scope that is current now. */
  public Gradients(Collection<Tensor> parameters) {
    this.parameters = List.copyOf(parameters);
    this.parameters.forEach(p -> sums.put(p, Optional.empty()));
  }

  /**
   * Adds to a parameter's sum.
   *
   * @param gradient of the parameter's shape, in any precision; given away, since it may become the
   *     sum
   * @throws IllegalArgumentException if the parameter is none of those
   */
  public void add(Tensor parameter, Tensor gradient) {
    Optional<Tensor> sum = sum(parameter);
    if (sum.isPresent()) {
      InPlace.increase(sum.get(), gradient);
    } else {
      sums.put(parameter, Optional.of(home.take(Ops.as(gradient, parameter))));
    }
  }

  /**
   * Adds {@code c·left·right} to a matrix's sum.
   *
   * @throws IllegalArgumentException if the parameter is none of those
   */
  public void addProduct(Tensor parameter, Tensor left, Tensor right, double c) {
    Optional<Tensor> sum = sum(parameter);
    if (sum.isPresent()) {
      InPlace.increaseByProduct(sum.get(), left, right, c);
    } else {
      Tensor first = home.take(Ops.emptyLike(parameter.detach()));
      InPlace.productInto(first, left, right, c);
      sums.put(parameter, Optional.of(first));
    }
  }

  /**
   * Adds to all sums.
   *
   * @param gradients in the order of the parameters; given away
   */
  public void addAll(List<Tensor> gradients) {
    for (int i = 0; i < parameters.size(); i++) {
      add(parameters.get(i), gradients.get(i));
    }
  }

  /** The sums in the order of the parameters. */
  public List<Tensor> all() {
    return parameters.stream().map(this::of).toList();
  }

  /** A parameter's sum itself, not a copy; zeros where nothing was added. */
  public Tensor of(Tensor parameter) {
    Tensor sum = sum(parameter).orElseGet(() -> home.take(Ops.zerosLike(parameter.detach())));
    sums.put(parameter, Optional.of(sum));
    return sum;
  }

  private Optional<Tensor> sum(Tensor parameter) {
    Optional<Tensor> sum = sums.get(parameter);
    if (sum == null) {
      throw new IllegalArgumentException("not a parameter of these gradients");
    }
    return sum;
  }
}
