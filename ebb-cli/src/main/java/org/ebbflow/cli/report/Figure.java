package org.ebbflow.cli.report;

/**
 * A picture in a report, with its caption: a chart, drawn in as many ways as readers may need it,
 * or a sheet of pixels.
 */
public final class Figure {
  private static final String PHONE = "screen and (max-width: 40rem)";
  private static final String DARK = "(prefers-color-scheme: dark)";

  private enum Format {
    WIDE(864, 420),
    NARROW(420, 320);

    private final int width;
    private final int height;

    Format(int width, int height) {
      this.width = width;
      this.height = height;
    }
  }

  private final Picture picture;
  private final String description;
  private final String caption;

  /** Writes an image element, for a figure that stands alone or beside others. */
  private interface Picture {
    void write(Markup markup, String description, boolean alone);
  }

  private Figure(Picture picture, String description, String caption) {
    this.picture = picture;
    this.description = description;
    this.caption = caption;
  }

  /**
   * A chart, which the page shows light or dark, wide or narrow.
   *
   * @param chart drawn when the report is written
   * @param description what it shows, for those who cannot see it
   * @param caption what to notice, under the picture
   */
  public static Figure of(Chart chart, String description, String caption) {
    return new Figure(
        (markup, alt, alone) -> writeChart(markup, chart, alt, alone), description, caption);
  }

  /**
   * A picture shown pixel by pixel, such as a sheet of images.
   *
   * @param png the bytes of a PNG file
   * @param description what it shows, for those who cannot see it
   * @param caption what to notice, under the picture
   */
  public static Figure of(byte[] png, String description, String caption) {
    byte[] copy = png.clone();
    Png.Size size = Png.size(copy);
    return new Figure(
        (markup, alt, alone) -> image(markup, copy, alt, size.width(), size.height()),
        description,
        caption);
  }

  void write(Markup markup, boolean alone) {
    markup.open("figure");
    picture.write(markup, description, alone);
    markup.element("figcaption", caption).close().newline();
  }

  /** The page is as wide as one wide chart or two narrow ones; a phone has room for one narrow. */
  private static void writeChart(Markup markup, Chart chart, String description, boolean alone) {
    markup.open("picture");
    if (alone) {
      source(markup, chart, Theme.DARK, Format.NARROW, PHONE + " and " + DARK);
      source(markup, chart, Theme.LIGHT, Format.NARROW, PHONE);
    }
    Format format = alone ? Format.WIDE : Format.NARROW;
    source(markup, chart, Theme.DARK, format, "screen and " + DARK);
    byte[] png = chart.png(Theme.LIGHT, format.width, format.height);
    image(markup, png, description, format.width, format.height);
    markup.close();
  }

  private static void source(Markup markup, Chart chart, Theme theme, Format format, String media) {
    markup.empty(
        "source",
        "media",
        media,
        "srcset",
        Markup.dataUri(chart.png(theme, format.width, format.height)),
        "width",
        Integer.toString(format.width),
        "height",
        Integer.toString(format.height));
  }

  private static void image(Markup markup, byte[] png, String description, int width, int height) {
    markup.empty(
        "img",
        "src",
        Markup.dataUri(png),
        "alt",
        description,
        "width",
        Integer.toString(width),
        "height",
        Integer.toString(height));
  }
}
