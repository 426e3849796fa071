package org.ebbflow.model;

import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import org.ebbflow.EbbException;

/** The registry of architectures. */
public final class Architectures {
  private static final Map<String, Entry> ALL =
      new TreeMap<>(
          Map.of(
              EbFlowFc.NAME, new Entry(EbFlowFc.class, EbFlowFc::defaults),
              EbFlowCnn.NAME, new Entry(EbFlowCnn.class, EbFlowCnn::defaults),
              Glow.NAME, new Entry(Glow.class, Glow::defaults),
              RealNvp2d.NAME, new Entry(RealNvp2d.class, RealNvp2d::defaults)));

  private Architectures() {}

  /**
   * How an architecture is made.
   *
   * @param settings its record
   * @param defaults the settings that suit data of a shape
   */
  record Entry(
      Class<? extends Architecture> settings, Function<DataShape, Architecture> defaults) {}

  /**
   * The architecture with the settings that suit data of a shape.
   *
   * @throws EbbException if there is none of that name
   */
  public static Architecture defaults(String name, DataShape shape) {
    return entry(name).defaults().apply(shape);
  }

  static Entry entry(String name) {
    Entry entry = ALL.get(name);
    if (entry == null) {
      throw new EbbException(
          "there is no model '" + name + "'", "use " + String.join(" or ", ALL.keySet()));
    }
    return entry;
  }
}
