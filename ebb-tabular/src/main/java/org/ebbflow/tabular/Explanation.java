package org.ebbflow.tabular;

/**
 * What one column has to do with a row's being unlikely.
 *
 * @param column its name
 * @param value the row's, as text; empty if missing
 * @param drop how much higher the row's log-density would be on average, in nats, had the column a
 *     value drawn given all others: {@code E[log p(x′)] − log p(x)}, x′ the row with that column
 *     drawn from the model's conditional; large where the column does not fit the others
 * @param usual the median of numbers and the likeliest of other values given all others, as text
 */
public record Explanation(String column, String value, double drop, String usual) {}
