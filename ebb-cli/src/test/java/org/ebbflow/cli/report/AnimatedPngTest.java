package org.ebbflow.cli.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;

class AnimatedPngTest {
  @Test
  void framesFollowEachOtherInOneFile() throws IOException {
    List<BufferedImage> frames = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      frames.add(new Scatter(1, 20).image(new double[][] {{0.1 * i, 0.2}, {-0.5, 0.5}}));
    }
    byte[] png = AnimatedPng.encode(frames, 40, 500);
    BufferedImage first = ImageIO.read(new ByteArrayInputStream(png));
    assertThat(first.getWidth()).isEqualTo(20);
    assertThat(first.getRaster().getSample(4, 4, 0))
        .isEqualTo(frames.get(0).getRaster().getSample(4, 4, 0));

    ByteBuffer in = ByteBuffer.wrap(png);
    in.position(8);
    List<String> types = new ArrayList<>();
    int sequence = 0;
    while (in.hasRemaining()) {
      byte[] content = new byte[in.getInt()];
      byte[] type = new byte[4];
      in.get(type).get(content);
      CRC32 check = new CRC32();
      check.update(type);
      check.update(content);
      assertThat(in.getInt()).isEqualTo((int) check.getValue());
      String name = new String(type, StandardCharsets.US_ASCII);
      types.add(name);
      if (name.equals("acTL")) {
        assertThat(ByteBuffer.wrap(content).getInt()).isEqualTo(3);
      }
      if (name.equals("fcTL") || name.equals("fdAT")) {
        assertThat(ByteBuffer.wrap(content).getInt()).isEqualTo(sequence++);
      }
    }
    assertThat(types)
        .containsExactly("IHDR", "acTL", "fcTL", "IDAT", "fcTL", "fdAT", "fcTL", "fdAT", "IEND");
  }
}
