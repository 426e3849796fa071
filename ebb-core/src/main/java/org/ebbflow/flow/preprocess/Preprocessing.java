package org.ebbflow.flow.preprocess;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.ebbflow.data.Dataset;
import org.ebbflow.flow.Bijection;
import org.ebbflow.flow.Jet;
import org.ebbflow.flow.elementwise.Logit;
import org.ebbflow.tensor.Engine;
import org.ebbflow.tensor.Rng;
import org.jspecify.annotations.Nullable;

/**
 * From data as stored to the space a flow works in: {@code y = T(x + u)} with dequantisation noise
 * u for bytes, and T a chain of fixed bijections.
 *
 * <p>Densities are reported for {@code x + u}, so in units of one grey level for images and in the
 * columns' own units for tables. Labels and covariates that densities are conditional on may be
 * standardised on the way. Immutable and thread-safe.
 *
 * <p>Source: Chao et al., 2023, arXiv:2305.15267, appendix (match after preprocessing).
 */
public final class Preprocessing {
  private static final double LEVELS = 256;
  private static final double EPSILON = 1e-6;

  private final Engine engine;
  private final boolean dequantise;
  private final List<Bijection> transform;
  private final @Nullable Affine conditions;

  private Preprocessing(Engine engine, boolean dequantise, List<Bijection> transform) {
    this(engine, dequantise, transform, null);
  }

  private Preprocessing(
      Engine engine, boolean dequantise, List<Bijection> transform, @Nullable Affine conditions) {
    this.engine = engine;
    this.dequantise = dequantise;
    List<Bijection> chain = new ArrayList<>(transform);
    chain.add(new Cast(engine));
    this.transform = List.copyOf(chain);
    this.conditions = conditions;
  }

  /**
   * For images of bytes: dequantise, divide by 256, shrink by 1e−6, logit.
   *
   * @param smoothness what the logit is divided by
   */
  public static Preprocessing image(Engine engine, int dimension, double smoothness) {
    return new Preprocessing(
        engine,
        true,
        List.of(
            Affine.scaling(engine, dimension, 1 / LEVELS),
            Affine.shrink(engine, dimension, EPSILON),
            new Logit(smoothness)));
  }

  /** For tables: every column to mean 0 and standard deviation 1. */
  public static Preprocessing standardise(Engine engine, double[] mean, double[] deviation) {
    return new Preprocessing(
        engine, false, List.of(Affine.standardisation(engine, mean, deviation)));
  }

  /**
   * For tables: columns to mean 0, variance 1 and no correlation.
   *
   * @throws org.ebbflow.EbbException if a column is a combination of others
   */
  public static Preprocessing whiten(Engine engine, double[] mean, double[] covariance) {
    return new Preprocessing(engine, false, List.of(new Whitening(engine, mean, covariance)));
  }

  /**
   * For tables with heavy tails: whitened, then the distance from the mean given the distribution
   * that it has for a normal.
   *
   * @param radial fitted to rows that the whitening has been applied to
   */
  public static Preprocessing radial(Engine engine, Whitening whitening, RadialNormal radial) {
    return new Preprocessing(engine, false, List.of(whitening, radial));
  }

  /** The numbers as they are. */
  public static Preprocessing none(Engine engine) {
    return new Preprocessing(engine, false, List.of());
  }

  /**
   * The same with labels or covariates standardised: {@code (c − mean)/deviation} of each column.
   *
   * @throws org.ebbflow.EbbException if a deviation is zero or a number is not finite
   */
  public Preprocessing withConditions(double[] mean, double[] deviation) {
    Affine standardisation = Affine.standardisation(engine, mean, deviation);
    return new Preprocessing(
        engine, dequantise, transform.subList(0, transform.size() - 1), standardisation);
  }

  /** For rows that this has been applied to already: only their conditions are still as stored. */
  public Preprocessing ofAppliedRows() {
    return new Preprocessing(engine, false, List.of(), conditions);
  }

  /** Whether labels or covariates reach networks otherwise than they are stored. */
  public boolean standardisesConditions() {
    return conditions != null;
  }

  /** T, ending in a cast to the flow's element type. */
  public List<Bijection> transform() {
    return transform;
  }

  /** Whether the data are whole numbers that get noise. */
  public boolean dequantises() {
    return dequantise;
  }

  /** Whether a number of the flow's space depends on several columns of the data. */
  public boolean mixesColumns() {
    return transform.stream().anyMatch(b -> b instanceof Whitening || b instanceof RadialNormal);
  }

  /** {@code x + u} for some rows with fresh noise, (B, D); advances {@code rng}. */
  public Tensor draw(Dataset data, int[] rows, Rng rng) {
    if (data.isBytes()) {
      byte[] values = bytes(data, rows);
      Tensor raw = engine.bytes(values, rows.length, data.columns());
      return dequantise ? raw.add(rng.uniform(rows.length, data.columns())) : raw;
    }
    return numbers(data, rows);
  }

  /** {@code x + u} for some rows with the noise that belongs to their content, (B, D). */
  public Tensor fixed(Dataset data, int[] rows, long seed) {
    if (!dequantise || !data.isBytes()) {
      return numbers(data, rows);
    }
    double[] values = Dequantisation.ofContent(bytes(data, rows), data.columns(), seed);
    return engine.exact(values, rows.length, data.columns());
  }

  /** Labels or covariates of some rows as networks take them, (B, C); null if there are none. */
  public @Nullable Tensor condition(Dataset data, int[] rows) {
    return data.condition().map(given -> given(given, rows)).orElse(null);
  }

  /** Some rows of a table of labels or covariates as networks take them, (B, C). */
  public Tensor given(Dataset table, int[] rows) {
    Tensor raw = numbers(table, rows);
    return engine.convert(
        conditions == null ? raw : conditions.forward(Jet.of(raw), null).value().value());
  }

  /** {@code T(y)} for continuous y, (B, D). */
  public Tensor apply(Tensor continuous) {
    Jet at = Jet.of(continuous);
    for (Bijection g : transform) {
      at = g.forward(at, null).value();
    }
    return at.value();
  }

  /** {@code T⁻¹(z)} for rows of the flow's space, (B, D), not recorded. */
  public Tensor invert(Tensor z) {
    Tensor at = z;
    for (int i = transform.size() - 1; i >= 0; i--) {
      at = transform.get(i).inverse(at, null);
    }
    return at;
  }

  /** The fixed tensors of T, by "number.name", and of the conditions, by "condition.name". */
  public Map<String, Tensor> buffers() {
    Map<String, Tensor> all = new LinkedHashMap<>();
    for (int i = 0; i < transform.size(); i++) {
      String prefix = i + ".";
      transform.get(i).buffers().forEach((name, tensor) -> all.put(prefix + name, tensor));
    }
    if (conditions != null) {
      conditions.buffers().forEach((name, tensor) -> all.put("condition." + name, tensor));
    }
    return all;
  }

  private static byte[] bytes(Dataset data, int[] rows) {
    byte[] values = new byte[Math.multiplyExact(rows.length, data.columns())];
    data.gather(rows, values);
    return values;
  }

  private Tensor numbers(Dataset data, int[] rows) {
    double[] values = new double[Math.multiplyExact(rows.length, data.columns())];
    data.gather(rows, values);
    return engine.exact(values, rows.length, data.columns());
  }
}
