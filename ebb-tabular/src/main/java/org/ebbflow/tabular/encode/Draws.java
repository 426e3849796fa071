package org.ebbflow.tabular.encode;

/**
 * Uniform numbers that depend on nothing but a seed, a row and a column.
 *
 * @param seed any number
 * @param column index of the column
 */
public record Draws(long seed, int column) {
  /** A number between 0 and 1, neither of them. */
  public double uniform(long row) {
    long bits = mix(mix(mix(seed) + row) + column);
    return ((bits >>> 11) + 0.5) * 0x1p-53;
  }

  // Steele, Lea, Flood (2014), Fast splittable pseudorandom number generators: the mixing function
  // with Stafford's constants, after a step by the golden ratio.
  private static long mix(long x) {
    long z = x + 0x9E3779B97F4A7C15L;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}
