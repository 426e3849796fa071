package org.ebbflow.model;

import org.ebbflow.flow.Flow;
import org.ebbflow.tensor.Engine;

/**
 * A named architecture together with its settings: a record whose components are what a user can
 * set.
 */
public interface Architecture {

  /** The name it goes by on the command line. */
  String name();

  /** How many numbers its flow trains, known before it is built. */
  long parameterCount(DataShape shape);

  /** A fresh flow for rows of the given shape; equal calls give flows of equal structure. */
  Flow build(Engine engine, DataShape shape);
}
