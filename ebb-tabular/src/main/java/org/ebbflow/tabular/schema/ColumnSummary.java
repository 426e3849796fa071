package org.ebbflow.tabular.schema;

/**
 * What was seen of a column when its schema was inferred, for people.
 *
 * @param rows looked at
 * @param missing rows without a value
 * @param distinct different values
 * @param least the smallest value as text, or the first in the alphabet
 * @param greatest the largest value as text, or the last in the alphabet
 * @param note why the column is what it is, where that is not plain, else empty
 */
public record ColumnSummary(
    int rows, int missing, int distinct, String least, String greatest, String note) {}
