package org.ebbflow.flow.network;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.ebbflow.flow.ChainTrace;
import org.ebbflow.flow.Jet;
import org.ebbflow.flow.Products;
import org.ebbflow.flow.Trace;

/** {@code h_L ∘ … ∘ h_1}; parameters are named "layer.name", layers counted from 0. */
public final class Sequential implements Network {
  private final List<Network> layers;

  /**
   * @param layers h_1 to h_L
   */
  public Sequential(Network... layers) {
    this.layers = List.of(layers);
  }

  /**
   * @param layers h_1 to h_L; copied
   */
  public Sequential(List<? extends Network> layers) {
    this.layers = List.copyOf(layers);
  }

  @Override
  public Jet apply(Jet x) {
    Jet at = x;
    for (Network layer : layers) {
      at = layer.apply(at);
    }
    return at;
  }

  @Override
  public Recorded record(Dual x, Products products) {
    List<Recorded.Pullback> way = new ArrayList<>();
    Dual at = x;
    for (Network layer : layers) {
      Recorded recorded = layer.record(at, products);
      way.add(recorded.pullback());
      at = recorded.output();
    }
    return new Recorded(
        at,
        (adjoint, gradients) -> {
          Tensor back = adjoint;
          for (int i = way.size() - 1; i >= 0; i--) {
            back = way.get(i).back(back, gradients);
          }
          return back;
        });
  }

  @Override
  public boolean isTraced() {
    return layers.stream().allMatch(Network::isTraced);
  }

  @Override
  public Trace trace(Tensor x, int order, Products products) {
    return ChainTrace.<Network>of(x, layers, (layer, at) -> layer.trace(at, order, products));
  }

  @Override
  public Map<String, Tensor> parameters() {
    Map<String, Tensor> all = new LinkedHashMap<>();
    for (int i = 0; i < layers.size(); i++) {
      String prefix = i + ".";
      layers.get(i).parameters().forEach((name, tensor) -> all.put(prefix + name, tensor));
    }
    return all;
  }
}
