package org.ebbflow.tabular.select;

/**
 * How long a training is.
 *
 * @param steps of it; of a growing flow in all its blocks
 * @param validations spread over it
 * @param seconds after which it ends in any case, 0 for never
 */
record Plan(long steps, long validations, double seconds) {
  /** For trainings whose length does not go by time. */
  private static final long VALIDATIONS = 30;

  private static final long LEAST_BETWEEN = 20;

  /** So many steps, whatever their time. */
  static Plan ofSteps(long steps) {
    return new Plan(steps, VALIDATIONS, 0);
  }

  /** Steps between validations of a training of this length. */
  static long between(long length, long validations) {
    return Math.max(Math.min(LEAST_BETWEEN, length), length / validations);
  }
}
