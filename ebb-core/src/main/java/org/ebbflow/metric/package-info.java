/**
 * Figures about a fitted model: log-likelihood, bits per dimension. A metric takes a flow and data
 * and gives numbers; it changes nothing.
 */
@NullMarked
package org.ebbflow.metric;

import org.jspecify.annotations.NullMarked;
