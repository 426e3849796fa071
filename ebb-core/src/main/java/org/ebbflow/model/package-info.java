/**
 * Named architectures, run configurations, and fitted models with their folders: what a user of the
 * library holds in hand.
 *
 * <p>A new architecture is a record that implements {@link org.ebbflow.model.Architecture} and a
 * line in {@link org.ebbflow.model.Architectures}.
 */
@NullMarked
package org.ebbflow.model;

import org.jspecify.annotations.NullMarked;
