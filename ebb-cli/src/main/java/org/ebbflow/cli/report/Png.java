package org.ebbflow.cli.report;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import javax.imageio.ImageIO;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/** Encodes pictures as PNG, the only image format the reports use. */
public final class Png {
  private static final long SIGNATURE = 0x89504E470D0A1A0AL;

  /** The signature, the length and name of the header chunk, and the two sides. */
  private static final int BYTES_UP_TO_SIZE = 24;

  private Png() {}

  /**
   * The bytes of a PNG file that shows {@code image}, lossless.
   *
   * @param image the picture; not changed
   */
  public static byte[] encode(BufferedImage image) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    // ImageIO's own choice of stream would go through a temporary file.
    try (MemoryCacheImageOutputStream out = new MemoryCacheImageOutputStream(bytes)) {
      if (!ImageIO.write(image, "png", out)) {
        throw new IllegalStateException("this Java runtime has no PNG writer");
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  /** Width and height in pixels. */
  record Size(int width, int height) {}

  /** Reads the size from the header, without decoding the picture. */
  static Size size(byte[] png) {
    ByteBuffer header = ByteBuffer.wrap(png);
    if (png.length < BYTES_UP_TO_SIZE || header.getLong(0) != SIGNATURE) {
      throw new IllegalArgumentException("these " + png.length + " bytes are not a PNG file");
    }
    return new Size(header.getInt(16), header.getInt(20));
  }
}
