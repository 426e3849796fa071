package org.ebbflow.tabular.table;

import java.util.Set;

/** DuckDB's types and how their values are read. */
final class SqlTypes {
  private static final Set<String> WHOLE =
      Set.of(
          "TINYINT",
          "SMALLINT",
          "INTEGER",
          "BIGINT",
          "HUGEINT",
          "UTINYINT",
          "USMALLINT",
          "UINTEGER",
          "UBIGINT",
          "UHUGEINT");

  private SqlTypes() {}

  static ColumnType typeOf(String sqlType) {
    if (sqlType.equals("BOOLEAN")) {
      return ColumnType.BOOLEAN;
    }
    if (WHOLE.contains(sqlType)) {
      return ColumnType.INTEGER;
    }
    if (sqlType.equals("FLOAT") || sqlType.equals("DOUBLE") || isDecimal(sqlType)) {
      return ColumnType.NUMBER;
    }
    return sqlType.equals("DATE") || isTime(sqlType) ? ColumnType.TIMESTAMP : ColumnType.TEXT;
  }

  /** A column as BOOLEAN, BIGINT, DOUBLE, VARCHAR, or BIGINT microseconds since 1970. */
  static String expression(TableSource.Field field) {
    String column = Database.identifier(field.name());
    return switch (field.type()) {
      case BOOLEAN -> column;
      case INTEGER -> column + "::BIGINT";
      case NUMBER -> column + "::DOUBLE";
      case TEXT -> column + "::VARCHAR";
      case TIMESTAMP ->
          field.sqlType().equals("TIMESTAMP WITH TIME ZONE")
              ? "epoch_us(" + column + ")"
              : "epoch_us(" + column + "::TIMESTAMP)";
    };
  }

  private static boolean isDecimal(String sqlType) {
    return sqlType.startsWith("DECIMAL(") && !sqlType.endsWith("]");
  }

  private static boolean isTime(String sqlType) {
    return sqlType.startsWith("TIMESTAMP") && !sqlType.endsWith("]");
  }
}
