/**
 * Autoregressive bijections: each column is moved by an increasing function of itself, which a
 * masked network makes of the columns before it. One pass there, one pass a column back. They take
 * a condition where they are told its size.
 */
@NullMarked
package org.ebbflow.flow.autoregressive;

import org.jspecify.annotations.NullMarked;
