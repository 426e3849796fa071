package org.ebbflow.model;

import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Function;
import org.ebbflow.EbbException;

/** The registry of architectures. Thread-safe. */
public final class Architectures {
  private static final Map<String, Entry> ALL = new ConcurrentSkipListMap<>();

  static {
    register(Cnf.NAME, Cnf.class, Cnf::defaults);
    register(Diffusion.NAME, Diffusion.class, Diffusion::defaults);
    register(EbFlowFc.NAME, EbFlowFc.class, EbFlowFc::defaults);
    register(EbFlowCnn.NAME, EbFlowCnn.class, EbFlowCnn::defaults);
    register(Glow.NAME, Glow.class, Glow::defaults);
    register(Jko.NAME, Jko.class, Jko::defaults);
    register(RealNvp2d.NAME, RealNvp2d.class, RealNvp2d::defaults);
    register(Spline.NAME, Spline.class, Spline::defaults);
  }

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

  /**
   * Makes an architecture known, so that it can be fitted by name and read from model folders.
   *
   * @param name what it goes by, that of its {@link Architecture#name}
   * @param settings its record
   * @param defaults the settings that suit data of a shape
   * @throws EbbException if there is another of that name
   */
  public static void register(
      String name,
      Class<? extends Architecture> settings,
      Function<DataShape, Architecture> defaults) {
    Entry before = ALL.putIfAbsent(name, new Entry(settings, defaults));
    if (before != null && !before.settings().equals(settings)) {
      throw new EbbException("there is a model '" + name + "' already", "give yours another name");
    }
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
