package org.ebbflow.flow;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.BiFunction;
import org.bytedeco.pytorch.Tensor;
import org.ebbflow.tensor.Scope;
import org.jspecify.annotations.Nullable;

/** The traces of maps one after the other, as one. */
public final class ChainTrace implements Trace {
  private final List<Trace> links;
  private final Tensor value;

  private ChainTrace(List<Trace> links, Tensor value) {
    this.links = links;
    this.value = value;
  }

  /**
   * Sends rows through maps.
   *
   * @param trace of a map at what comes to it
   */
  public static <M> ChainTrace of(
      Tensor x, Collection<? extends M> maps, BiFunction<M, Tensor, Trace> trace) {
    List<Trace> links = new ArrayList<>(maps.size());
    Tensor at = x;
    for (M map : maps) {
      Trace link = trace.apply(map, at);
      links.add(link);
      at = link.value();
    }
    return new ChainTrace(links, at);
  }

  @Override
  public Tensor value() {
    return value;
  }

  @Override
  public @Nullable Tensor logDet() {
    Tensor sum = null;
    for (Trace link : links) {
      sum = plus(sum, link.logDet());
    }
    return sum;
  }

  @Override
  public Tensor score(Tensor ofValue) {
    Tensor at = ofValue;
    for (int i = links.size() - 1; i >= 0; i--) {
      at = links.get(i).score(at);
    }
    return at;
  }

  @Override
  public Pushed push(Tensor tangents) {
    List<Pushed> way = new ArrayList<>(links.size());
    Tensor at = tangents;
    Tensor sum = null;
    for (Trace link : links) {
      Pushed pushed = link.push(at);
      way.add(pushed);
      at = pushed.tangents();
      sum = plus(sum, pushed.logDet());
    }
    return new Moved(way, at, sum);
  }

  private record Moved(List<Pushed> way, Tensor tangents, @Nullable Tensor logDet)
      implements Pushed {
    @Override
    public Tensor back(Tensor adjoints, Functional functional) {
      return back(adjoints, 0, functional);
    }

    @Override
    public void end(Tensor adjoints, Functional functional) {
      if (!way.isEmpty()) {
        way.get(0).end(back(adjoints, 1, functional), functional);
      }
    }

    /** Back to what came out of so many links; what is done with on the way is freed. */
    private Tensor back(Tensor adjoints, int links, Functional functional) {
      Tensor at = adjoints;
      for (int i = way.size() - 1; i >= links; i--) {
        Tensor next;
        try (Scope scope = Scope.open()) {
          next = scope.pass(way.get(i).back(at, functional));
        }
        if (i < way.size() - 1) {
          Scope.release(at);
        }
        at = next;
      }
      return at;
    }
  }

  private static @Nullable Tensor plus(@Nullable Tensor a, @Nullable Tensor b) {
    if (a == null) {
      return b;
    }
    return b == null ? a : a.add(b);
  }
}
