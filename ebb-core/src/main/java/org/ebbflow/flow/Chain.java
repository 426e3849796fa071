package org.ebbflow.flow;

import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.bytedeco.pytorch.Tensor;
import org.ebbflow.EbbException;
import org.ebbflow.NumericalException;
import org.ebbflow.tensor.Ops;
import org.ebbflow.tensor.Parallel;
import org.ebbflow.tensor.Scope;
import org.jspecify.annotations.Nullable;

/**
 * {@code g_L ∘ … ∘ g_1}: bijections one after the other, log-determinants added up.
 *
 * <p>Parameters and buffers are named "layer.name", layers counted from 0.
 */
public final class Chain implements Bijection {
  private final List<Bijection> links;

  /**
   * @param links g_1 to g_L; copied
   */
  public Chain(List<? extends Bijection> links) {
    this.links = List.copyOf(links);
  }

  /** g_1 to g_L. */
  public List<Bijection> links() {
    return links;
  }

  @Override
  public Mapped forward(Jet x, @Nullable Tensor condition) {
    Jet at = x;
    Jet total = null;
    for (Bijection g : links) {
      Mapped mapped = g.forward(at, condition);
      at = mapped.value();
      Jet logDet = mapped.logDet();
      if (logDet != null) {
        total = total == null ? logDet : total.add(logDet);
      }
    }
    return new Mapped(at, total);
  }

  @Override
  public Tensor inverse(Tensor z, @Nullable Tensor condition) {
    Tensor at = z;
    for (int i = links.size() - 1; i >= 0; i--) {
      try {
        at = links.get(i).inverse(at, condition);
      } catch (EbbException e) {
        String layer = "layer " + i + ", " + links.get(i).describe() + ", cannot be inverted";
        String why = String.valueOf(e.getMessage());
        throw e instanceof NumericalException
            ? new NumericalException(layer, why, e)
            : new EbbException(layer, why, e);
      }
    }
    return at;
  }

  /** The sum in double precision. */
  @Override
  public Optional<Tensor> constantLogDet() {
    IdentityHashMap<Bijection, Tensor> made = cubicLogDets();
    Tensor sum = null;
    for (Bijection g : links) {
      Optional<Tensor> logDet = Optional.ofNullable(made.get(g)).or(g::constantLogDet);
      if (logDet.isPresent()) {
        Tensor exact = Ops.toDouble(logDet.get());
        sum = sum == null ? exact : sum.add(exact);
      }
    }
    return Optional.ofNullable(sum);
  }

  /** Side by side if all threads have one, else none: then each has all threads to itself. */
  private IdentityHashMap<Bijection, Tensor> cubicLogDets() {
    List<Bijection> cubic = links.stream().filter(Bijection::isLogDetCubic).toList();
    IdentityHashMap<Bijection, Tensor> made = new IdentityHashMap<>();
    if (cubic.size() > 1 && cubic.size() >= Parallel.width()) {
      List<List<Tensor>> all =
          Parallel.map(cubic.size(), i -> cubic.get(i).constantLogDet().stream().toList());
      for (int i = 0; i < cubic.size(); i++) {
        for (Tensor logDet : all.get(i)) {
          made.put(cubic.get(i), logDet);
        }
      }
    }
    return made;
  }

  @Override
  public Map<String, Tensor> parameters() {
    return named(Bijection::parameters);
  }

  @Override
  public Map<String, Tensor> buffers() {
    return named(Bijection::buffers);
  }

  @Override
  public void initialise(Tensor x, @Nullable Tensor condition) {
    try (Scope scope = Scope.open()) {
      Jet at = Jet.of(x);
      for (Bijection g : links) {
        g.initialise(at.value(), condition);
        at = g.forward(at, condition).value();
      }
    }
  }

  @Override
  public String describe() {
    return "Chain(" + String.join(", ", links.stream().map(Bijection::describe).toList()) + ")";
  }

  private Map<String, Tensor> named(Function<Bijection, Map<String, Tensor>> tensors) {
    Map<String, Tensor> all = new LinkedHashMap<>();
    for (int i = 0; i < links.size(); i++) {
      String prefix = i + ".";
      tensors.apply(links.get(i)).forEach((name, tensor) -> all.put(prefix + name, tensor));
    }
    return all;
  }
}
