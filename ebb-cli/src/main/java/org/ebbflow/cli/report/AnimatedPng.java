package org.ebbflow.cli.report;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.zip.CRC32;

/**
 * Pictures one after the other in one PNG file, over and over; what does not know of animations
 * shows the first.
 *
 * <p>Source of the format: Portable Network Graphics specification, third edition, W3C 2025,
 * section 11.3.6.
 */
public final class AnimatedPng {
  private static final int SIGNATURE_BYTES = 8;

  private AnimatedPng() {}

  /**
   * The bytes of a file.
   *
   * @param frames all of one size and kind, at least one
   * @param millis how long each is shown
   * @param restMillis how long the last is shown
   */
  public static byte[] encode(List<BufferedImage> frames, int millis, int restMillis) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    int sequence = 0;
    for (int i = 0; i < frames.size(); i++) {
      ByteBuffer png = ByteBuffer.wrap(Png.encode(frames.get(i)));
      if (i == 0) {
        out.write(png.array(), 0, SIGNATURE_BYTES);
      }
      png.position(SIGNATURE_BYTES);
      boolean begun = false;
      while (png.hasRemaining()) {
        byte[] content = new byte[png.getInt()];
        byte[] name = new byte[4];
        png.get(name).get(content).getInt();
        String type = new String(name, StandardCharsets.US_ASCII);
        switch (type) {
          case "IHDR" -> {
            if (i == 0) {
              chunk(out, type, content);
              chunk(out, "acTL", ByteBuffer.allocate(8).putInt(frames.size()).putInt(0).array());
            }
          }
          case "IDAT" -> {
            if (!begun) {
              int shown = i == frames.size() - 1 ? restMillis : millis;
              chunk(out, "fcTL", control(sequence++, frames.get(i), shown));
              begun = true;
            }
            if (i == 0) {
              chunk(out, type, content);
            } else {
              chunk(
                  out,
                  "fdAT",
                  ByteBuffer.allocate(4 + content.length).putInt(sequence++).put(content).array());
            }
          }
          default -> {} // the end comes once, below
        }
      }
    }
    chunk(out, "IEND", new byte[0]);
    return out.toByteArray();
  }

  private static byte[] control(int sequence, BufferedImage frame, int millis) {
    return ByteBuffer.allocate(26)
        .putInt(sequence)
        .putInt(frame.getWidth())
        .putInt(frame.getHeight())
        .putInt(0)
        .putInt(0)
        .putShort((short) millis)
        .putShort((short) 1000)
        .put((byte) 0)
        .put((byte) 0)
        .array();
  }

  private static void chunk(ByteArrayOutputStream out, String type, byte[] content) {
    byte[] name = type.getBytes(StandardCharsets.US_ASCII);
    CRC32 check = new CRC32();
    check.update(name);
    check.update(content);
    ByteBuffer whole =
        ByteBuffer.allocate(12 + content.length)
            .putInt(content.length)
            .put(name)
            .put(content)
            .putInt((int) check.getValue());
    out.writeBytes(whole.array());
  }
}
