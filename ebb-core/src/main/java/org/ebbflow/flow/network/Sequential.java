package org.ebbflow.flow.network;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.ebbflow.flow.Jet;

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
  public Map<String, Tensor> parameters() {
    Map<String, Tensor> all = new LinkedHashMap<>();
    for (int i = 0; i < layers.size(); i++) {
      String prefix = i + ".";
      layers.get(i).parameters().forEach((name, tensor) -> all.put(prefix + name, tensor));
    }
    return all;
  }
}
