package org.ebbflow.model;

import java.util.List;
import org.ebbflow.flow.Flow;
import org.ebbflow.tensor.Engine;

/**
 * A named architecture together with its settings: a record whose components are what a user can
 * set.
 */
public interface Architecture {

  /**
   * Seed of random initial weights: fixed, so that equal settings start equally and a run's own
   * seed is for its data and noise.
   */
  long INITIAL_SEED = 1;

  /** The name it goes by on the command line. */
  String name();

  /**
   * What its published image experiments change of the constants for images.
   *
   * @param images a configuration for byte images with this architecture
   */
  default RunConfig published(RunConfig images) {
    return images;
  }

  /** The constants that suit it on data of a shape, given those of any architecture. */
  default RunConfig customary(RunConfig config, DataShape shape) {
    return shape.bytes() ? published(config) : config;
  }

  /**
   * The objective it is trained by unless another is named: sliced score matching for images and
   * wide tables, where determinants dominate a step; maximum likelihood for narrow tables, where
   * they cost nothing and strongly correlated columns make score matching slow to converge.
   */
  default String customaryObjective(DataShape shape) {
    return shape.bytes() || shape.dimension() >= RunConfig.WIDE ? "ssm" : "ml";
  }

  /** The objectives that can train it. */
  default List<String> objectives() {
    return List.of("ml", "sml", "ssm", "dsm", "fdssm");
  }

  /** Whether its flow can depend on labels or covariates. */
  default boolean acceptsCondition() {
    return false;
  }

  /** How many numbers its flow trains, known before it is built. */
  long parameterCount(DataShape shape);

  /**
   * A fresh flow for rows of the given shape; equal calls give flows of equal structure and equal
   * buffers, which a resumed training relies on.
   */
  Flow build(Engine engine, DataShape shape);
}
