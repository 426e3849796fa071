package org.ebbflow.bench.reproduce;

import java.util.List;
import org.ebbflow.EbbException;
import org.ebbflow.bench.ebflow.PlaneExperiment;

/** The experiments by name. */
final class Experiments {
  private Experiments() {}

  static List<Experiment> all() {
    return List.of(new PlaneExperiment());
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
