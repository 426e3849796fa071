/**
 * Figures about a fitted model: log-likelihood, bits per dimension, distances between samples. A
 * metric takes a flow and data, or two samples, and gives numbers; it changes nothing.
 */
@NullMarked
package org.ebbflow.metric;

import org.jspecify.annotations.NullMarked;
