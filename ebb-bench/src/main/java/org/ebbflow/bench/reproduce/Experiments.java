package org.ebbflow.bench.reproduce;

import java.util.List;
import org.ebbflow.EbbException;
import org.ebbflow.bench.ebflow.AblationExperiment;
import org.ebbflow.bench.ebflow.GlowExperiment;
import org.ebbflow.bench.ebflow.ImagesExperiment;
import org.ebbflow.bench.ebflow.InpaintExperiment;
import org.ebbflow.bench.ebflow.MatricesExperiment;
import org.ebbflow.bench.ebflow.PlaneExperiment;
import org.ebbflow.bench.ebflow.ScalingExperiment;
import org.ebbflow.bench.jko.JkoBaselinesExperiment;
import org.ebbflow.bench.jko.JkoGraphExperiment;
import org.ebbflow.bench.jko.JkoImagesExperiment;
import org.ebbflow.bench.jko.JkoMemoryExperiment;
import org.ebbflow.bench.jko.JkoPlaneExperiment;
import org.ebbflow.bench.jko.JkoTabularExperiment;
import org.ebbflow.bench.tabular.AnomaliesExperiment;
import org.ebbflow.bench.tabular.ImputationExperiment;
import org.ebbflow.bench.tabular.LikelihoodsExperiment;
import org.ebbflow.bench.tabular.ScaleExperiment;
import org.ebbflow.bench.tabular.SyntheticExperiment;

/** The experiments by name. */
final class Experiments {
  private Experiments() {}

  static List<Experiment> all() {
    return List.of(
        new PlaneExperiment(),
        new ImagesExperiment(),
        new ScalingExperiment(),
        new AblationExperiment(),
        new GlowExperiment(),
        new InpaintExperiment(),
        new MatricesExperiment(),
        new JkoPlaneExperiment(),
        new JkoTabularExperiment(),
        new JkoMemoryExperiment(),
        new JkoGraphExperiment(),
        new JkoImagesExperiment(),
        new JkoBaselinesExperiment(),
        new AnomaliesExperiment(),
        new ImputationExperiment(),
        new LikelihoodsExperiment(),
        new SyntheticExperiment(),
        new ScaleExperiment());
  }

  /**
   * One of them.
   *
   * @throws EbbException if there is none of that name
   */
  static Experiment named(String name) {
    return all().stream()
        .filter(experiment -> experiment.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new EbbException(
                    "there is no experiment '" + name + "'",
                    "use " + String.join(", ", all().stream().map(Experiment::name).toList())));
  }
}
