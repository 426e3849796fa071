package org.ebbflow.cli.report;

import java.awt.Color;
import java.util.List;

/** The colours of a chart. */
public enum Theme {
  /** Dark ink on white, also for print. */
  LIGHT(
      0xFFFFFF,
      0x1B1F24,
      0x57606A,
      0xE4E7EB,
      List.of(0x0072B2, 0xD55E00, 0x009E73, 0xCC79A7, 0xE69F00, 0x56B4E9)),

  /** Light ink on near-black, as dark pages have it. */
  DARK(
      0x171A1F,
      0xE8EAED,
      0xA3ABB5,
      0x2D323A,
      List.of(0x56B4E9, 0xFF8B3D, 0x2CC295, 0xE39BC4, 0xF2C14E, 0x8FA8FF));

  final Color paper;
  final Color ink;
  final Color paleInk;
  final Color grid;

  /** Okabe and Ito's palette, which the colour-blind can tell apart; lighter ones on dark. */
  @SuppressWarnings("ImmutableEnumChecker") // List.of gives immutable lists
  private final List<Integer> series;

  Theme(int paper, int ink, int paleInk, int grid, List<Integer> series) {
    this.paper = new Color(paper);
    this.ink = new Color(ink);
    this.paleInk = new Color(paleInk);
    this.grid = new Color(grid);
    this.series = series;
  }

  /** The colour of a series; past the end of the palette it starts over. */
  Color series(int index) {
    return new Color(series.get(index % series.size()));
  }

  /** Whether the palette has started over, so that colour alone does not tell series apart. */
  boolean repeats(int index) {
    return index >= series.size();
  }
}
