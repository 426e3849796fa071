package org.ebbflow.tabular.schema;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/** Points in time as text. */
final class IsoTime {
  private IsoTime() {}

  /** Seconds since 1970-01-01T00:00Z of a date or time in ISO 8601, in UTC unless it says so. */
  static @Nullable Double seconds(String text) {
    try {
      Instant instant;
      String iso = text.strip().replace(' ', 'T');
      if (iso.length() <= 10) {
        instant = LocalDate.parse(iso).atStartOfDay().toInstant(ZoneOffset.UTC);
      } else if (iso.endsWith("Z") || iso.lastIndexOf('+') > 10 || iso.lastIndexOf('-') > 10) {
        instant = OffsetDateTime.parse(iso).toInstant();
      } else {
        instant = LocalDateTime.parse(iso).toInstant(ZoneOffset.UTC);
      }
      return ChronoUnit.MICROS.between(Instant.EPOCH, instant) / 1e6;
    } catch (DateTimeException e) {
      return null;
    }
  }
}
