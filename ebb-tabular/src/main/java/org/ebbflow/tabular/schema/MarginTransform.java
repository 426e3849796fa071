package org.ebbflow.tabular.schema;

/** How a column becomes a normal score. */
public enum MarginTransform {
  /** By its own distribution, so that the scores are standard normal. */
  NORMAL,
  /** By subtracting the mean and dividing by the standard deviation; continuous columns only. */
  STANDARD
}
