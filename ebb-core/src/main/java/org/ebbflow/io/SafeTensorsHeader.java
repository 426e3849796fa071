package org.ebbflow.io;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The JSON part of a safetensors file: which tensors lie where, and the metadata.
 *
 * @param entries in the order of their bytes
 * @param metadata in the order of the file
 */
record SafeTensorsHeader(List<Entry> entries, Map<String, String> metadata) {
  /** Longest header in bytes, as in the reference implementation. */
  static final int MAX_BYTES = 100_000_000;

  /** The one name a tensor cannot have. */
  static final String METADATA = "__metadata__";

  static final String DAMAGED =
      "the file is damaged or no safetensors file: copy it again or save the model anew";

  private static final int MAX_RANK = 64;
  private static final int SHOWN = 200;
  private static final Pattern CONTROL = Pattern.compile("\\p{Cntrl}");

  // A header nests three deep. Names are not kept between files: they come from strangers.
  private static final JsonFactory JSON =
      JsonFactory.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(8)
                  .maxNumberLength(32)
                  .maxNameLength(MAX_BYTES)
                  .maxStringLength(MAX_BYTES)
                  .maxDocumentLength(MAX_BYTES)
                  .build())
          .build();

  /**
   * A tensor's place.
   *
   * @param begin first byte, counted from the end of the header
   * @param end one past the last byte
   */
  @SuppressWarnings("ArrayRecordComponent") // never leaves the package, never compared
  record Entry(String name, ElementType type, long[] shape, long begin, long end) {}

  /** Reads and checks a header whose tensors must fill {@code dataBytes} bytes exactly. */
  static SafeTensorsHeader parse(Path file, byte[] json, long dataBytes) {
    // The JSON reader is lax about UTF-8 and would guess at UTF-16; the decoder is neither.
    try (JsonParser parser =
        JSON.createParser(
            new InputStreamReader(
                new ByteArrayInputStream(json), StandardCharsets.UTF_8.newDecoder()))) {
      SafeTensorsHeader header = new Reader(file, parser, dataBytes).header();
      header.checkFilled(file, dataBytes);
      return header;
    } catch (CharacterCodingException e) {
      throw new ModelFileException(file, "the header is not valid UTF-8", DAMAGED, e);
    } catch (JsonProcessingException e) {
      throw new ModelFileException(
          file, "the header is not valid JSON: " + shown(e.getOriginalMessage()), DAMAGED, e);
    } catch (IOException e) {
      throw new ModelFileException(file, "the header cannot be read", DAMAGED, e);
    }
  }

  /** Lays tensors out one after the other, in the order of the map. */
  static SafeTensorsHeader layOut(Map<String, StoredTensor> tensors, Map<String, String> metadata) {
    List<Entry> entries = new ArrayList<>();
    long begin = 0;
    for (Map.Entry<String, StoredTensor> named : tensors.entrySet()) {
      StoredTensor tensor = named.getValue();
      long end = begin + tensor.data().limit();
      entries.add(new Entry(named.getKey(), tensor.type(), tensor.shape(), begin, end));
      begin = end;
    }
    return new SafeTensorsHeader(entries, metadata);
  }

  /** The header as JSON in UTF-8, without padding. */
  byte[] toJson() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JsonGenerator json = JSON.createGenerator(bytes)) {
      json.writeStartObject();
      if (!metadata.isEmpty()) {
        json.writeObjectFieldStart(METADATA);
        for (Map.Entry<String, String> entry : metadata.entrySet()) {
          json.writeStringField(entry.getKey(), entry.getValue());
        }
        json.writeEndObject();
      }
      for (Entry entry : entries) {
        json.writeObjectFieldStart(entry.name());
        json.writeStringField("dtype", entry.type().name());
        json.writeFieldName("shape");
        json.writeArray(entry.shape(), 0, entry.shape().length);
        json.writeFieldName("data_offsets");
        json.writeArray(new long[] {entry.begin(), entry.end()}, 0, 2);
        json.writeEndObject();
      }
      json.writeEndObject();
    }
    return bytes.toByteArray();
  }

  /** A string of the file, fit for one line of a message. */
  static String shown(@Nullable String text) {
    if (text == null) {
      return "";
    }
    String cut = text.length() <= SHOWN ? text : text.substring(0, SHOWN) + "…";
    return CONTROL.matcher(cut).replaceAll("?");
  }

  private void checkFilled(Path file, long dataBytes) {
    long filled = 0;
    for (Entry entry : entries) {
      if (entry.begin() != filled) {
        String fault =
            entry.begin() < filled ? "overlaps the tensor before it" : "leaves a hole before it";
        throw new ModelFileException(
            file,
            "tensor '%s' starts at byte %d and %s, which ends at %d"
                .formatted(shown(entry.name()), entry.begin(), fault, filled),
            DAMAGED);
      }
      filled = entry.end();
    }
    if (filled != dataBytes) {
      throw new ModelFileException(
          file,
          "the tensors take %d bytes but %d follow the header: trailing bytes"
              .formatted(filled, dataBytes),
          DAMAGED);
    }
  }

  /** Walks the tokens of one header. */
  private static final class Reader {
    private final Path file;
    private final JsonParser parser;
    private final long dataBytes;

    Reader(Path file, JsonParser parser, long dataBytes) {
      this.file = file;
      this.parser = parser;
      this.dataBytes = dataBytes;
    }

    SafeTensorsHeader header() throws IOException {
      List<Entry> entries = new ArrayList<>();
      Map<String, String> metadata = Map.of();
      expect(parser.nextToken() == JsonToken.START_OBJECT, "the header is not a JSON object");
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String name = checkText(parser.currentName());
        parser.nextToken();
        if (name.equals(METADATA)) {
          metadata = metadata();
        } else {
          entries.add(entry(name));
        }
      }
      expect(parser.nextToken() == null, "the header goes on after its JSON object");
      // Empty tensors share their offset with the next one and go first.
      entries.sort(Comparator.comparingLong(Entry::begin).thenComparingLong(Entry::end));
      return new SafeTensorsHeader(
          Collections.unmodifiableList(entries), Collections.unmodifiableMap(metadata));
    }

    private Map<String, String> metadata() throws IOException {
      Map<String, String> metadata = new LinkedHashMap<>();
      expect(parser.currentToken() == JsonToken.START_OBJECT, METADATA + " is not a JSON object");
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String key = checkText(parser.currentName());
        expect(
            parser.nextToken() == JsonToken.VALUE_STRING,
            METADATA + " entry '" + shown(key) + "' is not a string");
        metadata.put(key, checkText(parser.getText()));
      }
      return metadata;
    }

    private Entry entry(String name) throws IOException {
      String tensor = "tensor '" + shown(name) + "'";
      expect(
          parser.currentToken() == JsonToken.START_OBJECT,
          tensor + " is not described by a JSON object");
      ElementType type = null;
      long[] shape = null;
      long[] offsets = null;
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String field = parser.currentName();
        parser.nextToken();
        switch (field) {
          case "dtype" -> type = type(tensor);
          case "shape" -> shape = integers(tensor + ": shape");
          case "data_offsets" -> offsets = integers(tensor + ": data_offsets");
          default -> throw fault(tensor + " has an unknown field '" + shown(field) + "'");
        }
      }
      if (type == null || shape == null || offsets == null) {
        throw fault(tensor + " lacks dtype, shape or data_offsets");
      }
      OptionalLong bytes = StoredTensor.bytes(type, shape);
      if (bytes.isEmpty()) {
        throw fault(
            "%s: shape %s is negative or overflows"
                .formatted(tensor, shown(Arrays.toString(shape))));
      }
      expect(
          offsets.length == 2
              && 0 <= offsets[0]
              && offsets[0] <= offsets[1]
              && offsets[1] <= dataBytes,
          "%s: data_offsets %s are out of range of the %d bytes after the header"
              .formatted(tensor, shown(Arrays.toString(offsets)), dataBytes));
      expect(
          offsets[1] - offsets[0] == bytes.getAsLong(),
          "%s: data_offsets %s hold %d bytes but %s%s takes %d"
              .formatted(
                  tensor,
                  Arrays.toString(offsets),
                  offsets[1] - offsets[0],
                  type,
                  shown(Arrays.toString(shape)),
                  bytes.getAsLong()));
      if (bytes.getAsLong() > StoredTensor.MAX_BYTES) {
        throw new ModelFileException(
            file,
            "%s takes %d bytes, 2 GiB or more".formatted(tensor, bytes.getAsLong()),
            "split it into several tensors where the file is made");
      }
      return new Entry(name, type, shape, offsets[0], offsets[1]);
    }

    private ElementType type(String tensor) throws IOException {
      expect(parser.currentToken() == JsonToken.VALUE_STRING, tensor + ": dtype is not a string");
      String name = parser.getText();
      return ElementType.named(name)
          .orElseThrow(
              () ->
                  new ModelFileException(
                      file,
                      tensor + ": unknown dtype '" + shown(name) + "'",
                      "convert it to one of " + Arrays.toString(ElementType.values())));
    }

    private long[] integers(String what) throws IOException {
      expect(parser.currentToken() == JsonToken.START_ARRAY, what + " is not a JSON array");
      long[] values = new long[MAX_RANK];
      int count = 0;
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        expect(count < MAX_RANK, what + " has more than " + MAX_RANK + " numbers");
        expect(
            parser.currentToken() == JsonToken.VALUE_NUMBER_INT, what + " holds no whole number");
        expect(
            parser.getNumberType() != JsonParser.NumberType.BIG_INTEGER,
            what + " holds a number that overflows 64 bits");
        values[count++] = parser.getLongValue();
      }
      return Arrays.copyOf(values, count);
    }

    // JSON can spell half a surrogate pair, which no UTF-8 can: it could not be written again.
    private String checkText(String text) {
      expect(
          StandardCharsets.UTF_8.newEncoder().canEncode(text),
          "the header holds a string that is not valid Unicode");
      return text;
    }

    private void expect(boolean holds, String fault) {
      if (!holds) {
        throw fault(fault);
      }
    }

    private ModelFileException fault(String fault) {
      return new ModelFileException(file, fault, DAMAGED);
    }
  }
}
