package org.ebbflow.tabular.conditional;

import java.util.ArrayList;
import java.util.List;
import org.ebbflow.tabular.encode.Interval;
import org.ebbflow.tabular.table.Table;

/**
 * A table with its gaps filled.
 *
 * @param point the single best: means of numbers, the likeliest category or truth value
 * @param draws completed copies from the model's conditional
 * @param cells what is known of every gap, by column, then row, of each piece that the table was
 *     taken in
 */
public record Imputation(Table point, List<Table> draws, List<Cell> cells) {
  /** Copies. */
  public Imputation {
    draws = List.copyOf(draws);
    cells = List.copyOf(cells);
  }

  /** Pieces of one table, one below the other; the rows of their cells count from its first. */
  public static Imputation concatenate(List<Imputation> pieces) {
    if (pieces.size() == 1) {
      return pieces.get(0);
    }
    List<Table> copies = new ArrayList<>();
    for (int i = 0; i < pieces.get(0).draws.size(); i++) {
      int draw = i;
      copies.add(Table.concatenate(pieces.stream().map(p -> p.draws.get(draw)).toList()));
    }
    return new Imputation(
        Table.concatenate(pieces.stream().map(Imputation::point).toList()),
        copies,
        pieces.stream().flatMap(p -> p.cells.stream()).toList());
  }

  /**
   * One gap.
   *
   * @param row index in the whole table, from 0
   * @param column its name
   * @param point what {@link Imputation#point} has there, as text
   * @param lower least value of the central interval whose probability is nearest to the level
   *     asked for, NaN for texts and truth values
   * @param upper its greatest value
   * @param confidence probability of the likeliest value for texts and truth values, else of the
   *     values from {@code lower} to {@code upper}
   * @param scores the interval in normal scores, from NaN to NaN for texts and truth values. Where
   *     values have a probability of their own the scores cut through those at the ends and hold
   *     the level exactly
   */
  public record Cell(
      int row,
      String column,
      String point,
      double lower,
      double upper,
      double confidence,
      Interval scores) {}
}
