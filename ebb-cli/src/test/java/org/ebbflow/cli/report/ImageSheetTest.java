package org.ebbflow.cli.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;

class ImageSheetTest {
  private static final ImageShape GREY = new ImageShape(1, 2, 3);

  @Test
  void gridPutsEveryPixelWhereItBelongs() {
    float[][] images = new float[5][6];
    for (int i = 0; i < 5; i++) {
      for (int j = 0; j < 6; j++) {
        images[i][j] = 10 * i + j;
      }
    }
    int gap = 1;
    int scale = 2;

    BufferedImage sheet = new ImageSheet(GREY, gap, scale).grid(images, 2);

    assertThat(sheet.getWidth()).isEqualTo((3 + gap + 3) * scale);
    assertThat(sheet.getHeight()).isEqualTo((2 + gap + 2 + gap + 2) * scale);
    for (int y = 0; y < sheet.getHeight(); y++) {
      for (int x = 0; x < sheet.getWidth(); x++) {
        int column = x / scale / 4;
        int row = y / scale / 3;
        int inX = x / scale % 4;
        int inY = y / scale % 3;
        int image = 2 * row + column;
        boolean blank = inX == 3 || inY == 2 || image == 5;
        int expected = blank ? 0 : grey(10 * image + 3 * inY + inX);
        assertThat(sheet.getRGB(x, y)).as("at %d, %d", x, y).isEqualTo(expected);
      }
    }
  }

  @Test
  void coloursComeFromThreePlanes() {
    float[][] image = {{255, 1, 0, 2, 128, 3}};
    BufferedImage sheet = new ImageSheet(new ImageShape(3, 1, 2), 0, 1).grid(image, 1);

    assertThat(sheet.getRGB(0, 0)).isEqualTo(0xFFFF0080);
    assertThat(sheet.getRGB(1, 0)).isEqualTo(0xFF010203);
  }

  @Test
  void valuesAreRoundedAndClampedAndThoseThatAreNoNumberShow() {
    float[][] image = {
      {-7, 300, 127.5f, Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}
    };
    BufferedImage sheet = new ImageSheet(GREY, 0, 1).grid(image, 1);

    assertThat(sheet.getRGB(0, 0, 3, 2, null, 0, 3))
        .containsExactly(grey(0), grey(255), grey(128), 0xFFFF00FF, grey(255), grey(0));
  }

  @Test
  void bytesAreUnsigned() {
    byte[][] image = {{0, 1, 127, (byte) 128, (byte) 200, (byte) 255}};
    BufferedImage sheet = new ImageSheet(GREY, 0, 1).grid(image, 4);

    assertThat(sheet.getRGB(0, 0, 3, 2, null, 0, 3))
        .containsExactly(grey(0), grey(1), grey(127), grey(128), grey(200), grey(255));
  }

  @Test
  void pairsStandOnEitherSideOfALine() {
    float[] one = {1, 1, 1, 1, 1, 1};
    float[] two = {2, 2, 2, 2, 2, 2};
    float[] three = {3, 3, 3, 3, 3, 3};

    BufferedImage sheet =
        new ImageSheet(GREY, 1, 1)
            .pairs(new float[][] {one, two}, new float[][][] {{two, three}, {three, one}});

    int line = 3 + 2;
    int first = line + 2 + 2;
    assertThat(sheet.getWidth()).isEqualTo(first + 3 + 1 + 3);
    assertThat(sheet.getHeight()).isEqualTo(2 + 1 + 2);
    for (int y = 0; y < 5; y++) {
      assertThat(sheet.getRGB(line - 1, y)).isZero();
      assertThat(sheet.getRGB(line, y)).isEqualTo(0xFFD55E00);
      assertThat(sheet.getRGB(line + 1, y)).isEqualTo(0xFFD55E00);
      assertThat(sheet.getRGB(line + 2, y)).isZero();
    }
    assertThat(sheet.getRGB(0, 0)).isEqualTo(grey(1));
    assertThat(sheet.getRGB(first, 0)).isEqualTo(grey(2));
    assertThat(sheet.getRGB(first + 4, 0)).isEqualTo(grey(3));
    assertThat(sheet.getRGB(2, 4)).isEqualTo(grey(2));
    assertThat(sheet.getRGB(first + 2, 4)).isEqualTo(grey(3));
    assertThat(sheet.getRGB(first + 6, 4)).isEqualTo(grey(1));
  }

  @Test
  void pngKeepsEveryPixel() throws IOException {
    BufferedImage sheet =
        new ImageSheet(GREY, 1, 3)
            .grid(new float[][] {{0, 50, 100, 150, 200, 250}, new float[6]}, 2);

    byte[] png = Png.encode(sheet);

    BufferedImage decoded = ImageIO.read(new ByteArrayInputStream(png));
    assertThat(Png.size(png)).isEqualTo(new Png.Size(21, 6));
    assertThat(decoded.getRGB(0, 0, 21, 6, null, 0, 21))
        .isEqualTo(sheet.getRGB(0, 0, 21, 6, null, 0, 21));
  }

  @Test
  void complaintsNameWhatIsWrong() {
    ImageSheet sheet = new ImageSheet(GREY, 0, 1);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> sheet.grid(new float[][] {new float[6], new float[7]}, 1))
        .withMessageContaining("image 1 has 7 values");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> sheet.pairs(new float[2][6], new float[1][1][6]))
        .withMessageContaining("do not pair up");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new ImageShape(2, 1, 1))
        .withMessage("channels must be 1 or 3, not 2");
    assertThatIllegalArgumentException().isThrownBy(() -> Png.size(new byte[40]));
  }

  private static int grey(int level) {
    return 0xFF000000 | level << 16 | level << 8 | level;
  }
}
